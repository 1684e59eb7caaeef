// This file shows why there is nothing to show, and what to do.

import { useState } from "preact/hooks";
import type { Code } from "@holdfast/web/contract/codes";
import { api, failure } from "../app/app.js";
import { address } from "../app/route.js";
import { headingOf, type Trouble } from "../parts/trouble.js";

const missing = "auth/missing" satisfies Code;

export function Failure({ code, say }: Trouble) {
  return (
    <div class="panel failure" role="alert">
      <h1>{headingOf(code)}</h1>
      <p>
        {code === missing ? "It answers only to those who show a token." : say} <span class="id">{code}</span>
      </p>
      {code.startsWith("auth/") && <TokenForm />}
      <div class="row">
        <button type="button" class="plain" onClick={() => location.reload()}>
          Try again
        </button>
        <a class="button plain" href={address({ page: "home" })} onClick={() => (failure.value = undefined)}>
          All bundles
        </a>
      </div>
    </div>
  );
}

function TokenForm() {
  const [token, setToken] = useState("");
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        api.setToken(token.trim());
        location.reload();
      }}
    >
      <div class="field">
        <label class="label" for="token">
          A bearer token, kept until this tab is closed
        </label>
        <input
          id="token"
          type="password"
          autocomplete="off"
          value={token}
          onInput={(event) => setToken(event.currentTarget.value)}
        />
      </div>
      <button type="submit" class="primary">
        Use it
      </button>
    </form>
  );
}
