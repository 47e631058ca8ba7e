/* The token in GraphiQL's headers editor. */

const { useEffect } = React;
const { useEditorContext } = GraphiQL.React;

/** Authorization headers that belong to this page: it may replace them and take them away. */
const ours = new Set();

/** Makes way for a new session: its token will take the place of the one that stands in `text`. */
export function makeWay(text, token) {
  const headers = parseHeaders(text) ?? {};
  ours.add(`Bearer ${token}`).add(headers[nameIn(headers)]);
}

export function isReadable(text) {
  return parseHeaders(text) !== null;
}

/** The headers text with the session's token, or without one if there is none. A token that somebody typed in
    and a text that is not JSON are left alone. */
function withToken(text, token) {
  const headers = parseHeaders(text);
  const name = headers && nameIn(headers);
  if (!headers || (name ? !ours.has(headers[name]) : !token)) return text;
  if (token) headers[name ?? "Authorization"] = `Bearer ${token}`;
  else delete headers[name];
  return Object.keys(headers).length ? JSON.stringify(headers, null, 2) : "";
}

function nameIn(headers) {
  return Object.keys(headers).find((key) => key.toLowerCase() === "authorization");
}

function parseHeaders(text) {
  try {
    const value = text.trim() ? JSON.parse(text) : {};
    return value && typeof value === "object" && !Array.isArray(value) ? value : null;
  } catch {
    return null;
  }
}

/** Tabs, history and favourites each bring their own headers; this keeps them in step with the session. */
export function useHeaderToken(token) {
  const { headerEditor } = useEditorContext({ nonNull: true });
  useEffect(() => {
    if (!headerEditor) return undefined;
    const fill = () => {
      const text = withToken(headerEditor.getValue(), token);
      if (text !== headerEditor.getValue()) headerEditor.setValue(text);
    };
    const onChange = (_, change) => change.origin === "setValue" && fill();
    fill();
    headerEditor.on("change", onChange);
    return () => headerEditor.off("change", onChange);
  }, [headerEditor, token]);
  return headerEditor;
}
