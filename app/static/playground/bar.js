/* The sign-in bar above GraphiQL. */

import { SIGN_OUT, ask, signIn } from "./api.js";
import { useExamplesOpenAtFirst, useWaitingExample } from "./examples.js";
import { isReadable, makeWay, useHeaderToken } from "./headers.js";

const { Fragment, createElement: h, useEffect, useState } = React;
const { useExecutionContext } = GraphiQL.React;

export function Bar({ demo }) {
  const [session, setSession] = useState(null);
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState("");
  const headerEditor = useHeaderToken(session?.token);
  const { stop } = useExecutionContext({ nonNull: true });
  useExamplesOpenAtFirst();
  useWaitingExample();

  async function attempt(action) {
    if (busy) return;
    setBusy(true);
    setProblem("");
    try {
      await action();
    } catch (error) {
      setProblem(error.message);
    } finally {
      setBusy(false);
    }
  }

  function leave() {
    stop();
    setSession(null);
    return ask(SIGN_OUT, { token: session.token });
  }

  const enter = (login, password) =>
    attempt(async () => {
      if (!isReadable(headerEditor.getValue())) throw new Error("Correct or empty the Headers tab first.");
      const next = await signIn(login, password);
      if (session) await leave().catch(() => null);
      makeWay(headerEditor.getValue(), next.token);
      setSession(next);
    });

  return ReactDOM.createPortal(
    h(
      Fragment,
      null,
      h(Brand),
      h("p", { className: "problem", role: "alert" }, problem),
      demo.length > 0 && h(DemoSelect, { demo, busy, enter, login: session?.login }),
      session
        ? h(SignedIn, { session, busy, leave: () => attempt(leave) })
        : h(SignInForm, { busy, enter }),
    ),
    document.getElementById("bar"),
  );
}

function Brand() {
  const sign = h("img", { src: "playground/static/favicon.svg", alt: "" });
  return h("h1", null, sign, "Guichet", h("span", null, " playground"));
}

function SignInForm({ busy, enter }) {
  const submit = (event) => {
    event.preventDefault();
    const { login, password } = event.target.elements;
    if (busy) return;
    enter(login.value.trim(), password.value);
    password.value = "";
  };
  const field = (name, label, more) =>
    h("input", { name, placeholder: label, "aria-label": label, required: true, ...more });
  return h(
    "form",
    { onSubmit: submit },
    field("login", "E-mail or username", { autoComplete: "username", autoCapitalize: "none" }),
    field("password", "Password", { type: "password", autoComplete: "current-password" }),
    h(BarButton, { busy }, busy ? "Signing in…" : "Sign in"),
  );
}

function SignedIn({ session: { who, login }, busy, leave }) {
  const details = [who?.audience?.toLowerCase(), who?.workspace?.name].filter(Boolean).join(" · ");
  return h(
    "div",
    { className: "signed-in" },
    h("p", { role: "status" }, h("strong", null, who?.name ?? login), details && h("span", null, details)),
    h(BarButton, { busy, type: "button", onClick: leave }, "Sign out"),
  );
}

/* A disabled button would lose the focus, and a keyboard its place. */
function BarButton({ busy, ...rest }) {
  return h("button", { "aria-disabled": busy, ...rest });
}

function DemoSelect({ demo, busy, enter, login }) {
  const [chosen, setChosen] = useState("");
  useEffect(() => {
    const signedIn = demo.findIndex((account) => account.login === login);
    setChosen(signedIn < 0 ? "" : signedIn);
  }, [demo, login]);
  const workspaces = [...new Set(demo.map((account) => account.workspace))];
  const submit = (event) => {
    event.preventDefault();
    const { login: name, password } = demo[chosen];
    enter(name, password);
  };
  const option = (account) =>
    h("option", { key: account.login, value: demo.indexOf(account) }, `${account.role}: ${account.login}`);
  const choose = (event) => setChosen(event.target.value);
  const submitOnEnter = (event) => {
    if (event.key !== "Enter") return;
    event.preventDefault();
    event.currentTarget.form.requestSubmit();
  };
  return h(
    "form",
    { onSubmit: submit },
    h(
      "select",
      { "aria-label": "Demo sign-ins", required: true, value: chosen, onChange: choose, onKeyDown: submitOnEnter },
      h("option", { value: "", disabled: true }, "Demo sign-ins…"),
      workspaces.map((name) =>
        h("optgroup", { key: name, label: name }, demo.filter(({ workspace }) => workspace === name).map(option)),
      ),
    ),
    h(BarButton, { busy, "aria-label": "Sign in as chosen" }, "Sign in"),
  );
}
