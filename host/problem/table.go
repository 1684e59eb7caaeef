package problem

// This file says which status and title a code has.

import (
	"net/http"
	"strings"
)

type kind struct {
	status int
	title  string
}

// kinds lists the codes whose status does not follow from their area.
var kinds = map[string]kind{
	"http/path":            {404, "No such resource"},
	"http/method":          {405, "The resource does not take this method"},
	"http/content-type":    {415, "The body has the wrong type"},
	"http/encoding":        {406, "In no encoding that is asked for"},
	"http/body":            {400, "The body did not arrive whole"},
	"http/too-large":       {413, "The body is too large"},
	"http/query":           {400, "A parameter cannot be read"},
	"http/origin":          {403, "Asked from another origin"},
	"http/shape":           {422, "The body is not of this shape"},
	"auth/role":            {403, "A role is missing"},
	"auth/session":         {403, "The token is for other sessions"},
	"auth/actor":           {403, "Another actor than the token's"},
	"auth/no-agent":        {403, "The token names no agent of the bundle"},
	"limit/rate":           {429, "Too many requests"},
	"limit/sessions":       {429, "Too many sessions"},
	"limit/streams":        {429, "Too many event streams"},
	"limit/proposal":       {413, "The proposal is too large"},
	"bundle/invalid":       {422, "The document is not valid"},
	"bundle/taken":         {409, "The version is taken"},
	"bundle/unknown":       {404, "No such bundle"},
	"catalog/unknown":      {404, "No such catalog"},
	"catalog/stall":        {409, "The cursor resolves to no one bundle"},
	"module/unknown":       {404, "No such module"},
	"session/unknown":      {404, "No such session"},
	"session/id":           {422, "No id for a session"},
	"session/exists":       {409, "The session exists"},
	"session/stale":        {409, "The session has moved on"},
	"session/busy":         {503, "The session is busy"},
	"session/corrupt":      {500, "The stored session cannot be trusted"},
	"session/digest":       {409, "The session is of another bundle"},
	"proposal/skew":        {422, "The time is too far off"},
	"proposal/key":         {422, "The idempotency key is taken"},
	"decision/unknown":     {404, "No such decision"},
	"signature/none":       {404, "No signature"},
	"head/unsigned":        {404, "Heads are not signed"},
	"ledger/full":          {507, "No space left"},
	"ledger/unavailable":   {503, "The store does not answer"},
	"server/shutting-down": {503, "The server is shutting down"},
	"server/internal":      {500, "The server failed"},
	"engine/deadline":      {503, "The decision took too long"},
	"gate/refused":         {403, "The action is not admissible"},
	"gate/path":            {400, "The path may be read in two ways"},
	"gate/query":           {400, "The query may be read in two ways"},
	"gate/form":            {400, "The form may be read in two ways"},
	"gate/override":        {400, "Another method or path is named"},
	"gate/route":           {403, "No route is meant for this"},
	"gate/method":          {405, "The route does not take this method"},
	"gate/propose":         {500, "The gate is not set up right"},
	"gate/failed":          {503, "The gate could not decide"},
}

// areas lists what the codes of an area have in common.
var areas = map[string]kind{
	"auth":      {http.StatusUnauthorized, "Who is asking is not known"},
	"json":      {http.StatusBadRequest, "The body is no JSON that is accepted"},
	"limit":     {http.StatusUnprocessableEntity, "A limit is exceeded"},
	"signature": {http.StatusForbidden, "The document is not signed by a trusted key"},
	"engine":    {http.StatusInternalServerError, "The engine could not answer"},
	"load":      {http.StatusInternalServerError, "The engine could not answer"},
	"abi":       {http.StatusInternalServerError, "The engine could not answer"},
}

// About returns the status and title of a code's problems.
func About(code string) (status int, title string) {
	k, ok := kinds[code]
	if area, _, _ := strings.Cut(code, "/"); !ok {
		k, ok = areas[area]
	}
	if !ok {
		k = kind{http.StatusUnprocessableEntity, "Not accepted"}
	}
	return k.status, k.title
}
