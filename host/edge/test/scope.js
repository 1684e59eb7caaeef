// This file notes what is used at global scope that the platform does not allow, or makes a start slow there.

export const touched = [];

const note = (object, name) => {
  const was = object[name];
  object[name] = function (...args) {
    touched.push(name);
    return new.target === undefined
      ? was.apply(this, args)
      : Reflect.construct(was, args, new.target === object[name] ? was : new.target);
  };
  object[name].prototype = was.prototype;
};

note(Math, "random");
note(crypto, "getRandomValues");
note(crypto, "randomUUID");
note(performance, "now");
note(Date, "now");
for (const name of ["fetch", "setTimeout", "setInterval"]) note(globalThis, name);
for (const name of ["compile", "instantiate", "validate", "Instance"]) note(WebAssembly, name);
