package host

// This file defines residents: what an instance has in its memory, bounded.

import "container/list"

// residents maps things to their handles in one instance and knows which was
// used longest ago.
type residents struct {
	limit int
	order list.List // of resident, the one used last in front
	at    map[any]*list.Element
}

type resident struct {
	thing  any
	handle uint32
}

// find returns the handle of thing, or 0, and marks it as used.
func (r *residents) find(thing any) uint32 {
	e := r.at[thing]
	if e == nil {
		return 0
	}
	r.order.MoveToFront(e)
	return e.Value.(resident).handle
}

// add enters thing and returns the handle that has to be closed to make room, or 0.
func (r *residents) add(thing any, handle uint32) (evicted uint32) {
	if r.at == nil {
		r.at = make(map[any]*list.Element)
	}
	r.at[thing] = r.order.PushFront(resident{thing, handle})
	if r.order.Len() <= r.limit {
		return 0
	}
	oldest := r.order.Remove(r.order.Back()).(resident)
	delete(r.at, oldest.thing)
	return oldest.handle
}
