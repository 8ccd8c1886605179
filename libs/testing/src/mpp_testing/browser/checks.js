// What is asked of a page from inside it. Put into the page as `window.mppChecks` by checks.py.
window.mppChecks = (() => {
  const style = element => getComputedStyle(element);
  const name = element =>
    element.tagName.toLowerCase() + (element.id ? `#${element.id}` : "") + (element.getAttribute("class") ? `.${element.getAttribute("class")}` : "");
  const all = selector => [...document.querySelectorAll(selector)];
  const scrollsByItself = element =>
    element && element !== document.body &&
    (["auto", "scroll", "hidden", "clip"].includes(style(element).overflowX) || scrollsByItself(element.parentElement));
  const hasRing = element =>
    (style(element).outlineStyle !== "none" && parseFloat(style(element).outlineWidth) > 0) || style(element).boxShadow !== "none";
  const spacing = new CSSStyleSheet();
  spacing.replaceSync(
    "* { line-height: 1.5 !important; letter-spacing: .12em !important; word-spacing: .16em !important }" +
    "p { margin-bottom: 2em !important }");
  let seen = new Map();

  return {
    async axe(tags) {
      const found = await axe.run(document, {
        runOnly: { type: "tag", values: tags },
        rules: { "target-size": { enabled: true } },
        resultTypes: ["violations"],
        preload: false,
      });
      return found.violations.flatMap(violation =>
        violation.nodes.map(node => `${violation.id} (${violation.help}): ${node.target.join(" ")}: ${node.failureSummary}`));
    },

    // What sticks out of the window and does not scroll in a box of its own.
    tooWide() {
      const limit = document.documentElement.clientWidth, width = document.scrollingElement.scrollWidth;
      if (width <= limit) return [];
      const found = all("body *").filter(element =>
        element.getBoundingClientRect().right > limit + 1 && !scrollsByItself(element.parentElement));
      return found.length ? found.slice(0, 5).map(name) : [`the page is ${width} px wide`];
    },

    // WCAG 1.4.12: the spacing a reader may choose.
    setSpacing(wide) {
      document.adoptedStyleSheets = wide ? [spacing] : [];
    },

    setTextSize(size) {
      document.documentElement.style.fontSize = size;
    },

    cutOff() {
      return all("body *").filter(element =>
        element.innerText?.trim() && element.getClientRects().length && element.clientHeight > 1 &&
        ["hidden", "clip"].includes(style(element).overflowY) &&
        (element.scrollHeight > element.clientHeight + 2 || element.scrollWidth > element.clientWidth + 2),
      ).slice(0, 5).map(name);
    },

    // How many stops Tab has to make.
    startWalk() {
      document.activeElement?.blur();
      window.scrollTo(0, 0);
      seen = new Map();
      const groups = new Map();
      return all("a[href], button, input, select, textarea, summary, [tabindex]").filter(element => {
        const shown = element.checkVisibility({ visibilityProperty: true }) && !element.closest("[inert]");
        if (element.disabled || element.type === "hidden" || element.tabIndex < 0 || !shown) return false;
        if (element.type !== "radio") return true;
        // Tab stops once at a group of radio buttons.
        const groupsOfForm = groups.get(element.form) ?? new Set();
        groups.set(element.form, groupsOfForm);
        return groupsOfForm.has(element.name) ? false : groupsOfForm.add(element.name);
      }).length;
    },

    // Where Tab has come to; null outside the page.
    focused() {
      const element = document.activeElement;
      if (!element || element === document.body || element === document.documentElement) return null;
      if (!seen.has(element)) seen.set(element, seen.size);
      const box = element.getBoundingClientRect(), label = element.labels?.[0];
      const top = document.elementFromPoint(box.left + box.width / 2, box.top + box.height / 2);
      const covered = top && !element.contains(top) && !top.contains(element) && !label?.contains(top);
      return {
        number: seen.get(element),
        what: element.outerHTML.slice(0, 120),
        // A native control that is not drawn may leave its ring to its label.
        ring: hasRing(element) || Boolean(label && hasRing(label)),
        hidden: Boolean(covered) || box.bottom <= 0 || box.top >= innerHeight,
      };
    },
  };
})();
