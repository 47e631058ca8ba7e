/* The playground: GraphiQL, a sign-in bar above it and saved examples beside it. No build step. */

import { ENDPOINT } from "./api.js";
import { Bar } from "./bar.js";
import { examplesPlugin } from "./examples.js";
import { discreetStorage } from "./storage.js";

const { Fragment, createElement: h } = React;

// GraphiQL's dialogs add a style element and look for its nonce under this name.
window.__webpack_nonce__ = document.body.dataset.styleNonce;

const WELCOME = `# Sign in above, then run this
# or one of the examples.
# Ctrl+Space completes,
# Ctrl+Enter runs.

query Me {
  viewer {
    name
    audience
    workspace {
      name
    }
  }
}
`;

async function readJson(path) {
  const response = await fetch(path);
  return response.ok ? response.json() : [];
}

async function start() {
  const [examples, demo] = await Promise.all([
    readJson("playground/static/examples.json"),
    document.body.dataset.demo ? readJson("playground/demo.json") : [],
  ]);
  const options = {
    fetcher: GraphiQL.createFetcher({
      url: ENDPOINT,
      subscriptionUrl: ENDPOINT.replace(/^http/, "ws"),
      enableIncrementalDelivery: false,
    }),
    storage: discreetStorage(),
    shouldPersistHeaders: false,
    defaultTabs: [{ query: WELCOME }],
    defaultQuery: "",
    defaultEditorToolsVisibility: true,
    plugins: [examplesPlugin(examples), GraphiQLPluginExplorer.explorerPlugin()],
  };
  ReactDOM.createRoot(document.getElementById("playground")).render(
    h(GraphiQL, options, h(GraphiQL.Logo, null, h(Fragment)), h(Bar, { demo })),
  );
}

start();
