// This file offers light and dark colours.

import { useEffect, useState } from "preact/hooks";
import { Icon } from "../parts/icons.js";
import { keep, kept } from "../parts/keep.js";

const themes = ["auto", "light", "dark"] as const;
const icons = { auto: "auto", light: "sun", dark: "moon" } as const;

export function Theme() {
  const [theme, setTheme] = useState<(typeof themes)[number]>(
    themes.find((theme) => theme === kept("theme")) ?? "auto",
  );
  useEffect(() => {
    document.documentElement.dataset["theme"] = theme;
    keep("theme", theme);
  }, [theme]);
  const next = themes[(themes.indexOf(theme) + 1) % themes.length]!;
  return (
    <button
      type="button"
      class="icon-button"
      id="theme"
      aria-label={`Colours: ${theme}. Change to ${next}`}
      title={`Colours: ${theme}`}
      onClick={() => setTheme(next)}
    >
      <Icon name={icons[theme]} size={18} />
    </button>
  );
}
