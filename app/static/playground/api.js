/* What the bar asks the API. */

export const ENDPOINT = new URL("graphql", location.href).href;

const SIGN_IN = "mutation($input: SignInInput!){signIn(input:$input){token errors{code message}}}";
export const SIGN_OUT = "mutation{signOut{errors{code}}}";
const WHO = "{viewer{name audience workspace{name}}}";

export async function ask(query, { variables, token } = {}) {
  const headers = { "Content-Type": "application/json", Accept: "application/json" };
  if (token) headers.Authorization = `Bearer ${token}`;
  // Without cookies: the bar speaks for the person who signs in here, not for another tab's session.
  const response = await fetch(ENDPOINT, {
    method: "POST",
    credentials: "omit",
    headers,
    body: JSON.stringify({ query, variables }),
  });
  const { data, errors } = await response.json().catch(() => {
    throw new Error(`The server answered with status ${response.status}.`);
  });
  if (!data && errors?.length) throw new Error(errors[0].message);
  return data;
}

export async function signIn(login, password) {
  const data = await ask(SIGN_IN, { variables: { input: { login, password, client: "API" } } });
  const { token, errors = [] } = data?.signIn ?? {};
  if (!token) throw new Error(errors[0]?.message ?? "Signing in did not work.");
  const who = await ask(WHO, { token }).catch(() => null);
  return { token, login, who: who?.viewer };
}
