/** @jsxImportSource react */
/** The page at `/graphql`: GraphiQL, from this server alone. */
import '@graphiql/react/style.css';
import '@graphiql/plugin-doc-explorer/style.css';
import '@graphiql/plugin-history/style.css';
import 'graphiql/graphiql.css';
import './page.css';
import './workers';
import { pick, useGraphiQL, useGraphiQLActions } from '@graphiql/react';
import { GraphiQL, HISTORY_PLUGIN } from 'graphiql';
import type { ExecutionResult } from 'graphql';
import { useEffect, useMemo, useRef, useState } from 'react';
import { createRoot } from 'react-dom/client';
import { ask, Unavailable, type Answer, type Request } from '../client';
import { examplesPlugin, firstQuery } from './examples';

/** What a link asks for: after `#`, which the server never sees and nothing limits, or after `?`. */
const link = new URLSearchParams(location.hash.slice(1) || location.search);

/** A name of its own, so that the page's question about the schema is not taken for the person's. */
const SCHEMA_QUERY = 'SchemaForGraphiQL';

const plugins = [examplesPlugin, HISTORY_PLUGIN];

/** Where there is room, examples are open until the person has chosen what to have there, if anything. */
const hasRoom = matchMedia('(min-width: 48rem)').matches;
const hasChosen = localStorage.getItem('graphiql:visiblePlugin') !== null;
const firstPlugin = hasRoom && !hasChosen ? examplesPlugin : undefined;

function Page() {
  const [isSilent, setIsSilent] = useState(false);
  const fetcher = useMemo(() => fetcherThat(setIsSilent), []);
  return (
    <>
      {isSilent && (
        <p role="status" className="notice">
          This server does not tell its schema, so nothing is completed or documented here.
          It answers queries all the same.
        </p>
      )}
      <GraphiQL
        fetcher={fetcher}
        plugins={plugins}
        visiblePlugin={firstPlugin}
        introspectionQueryName={SCHEMA_QUERY}
        defaultQuery={firstQuery}
        initialQuery={link.get('query') ?? undefined}
        initialVariables={link.get('variables') ?? undefined}
        isHeadersEditorEnabled={false}
        showPersistHeadersSettings={false}
        forcedTheme="system"
      >
        <GraphiQL.Logo>
          <Header />
        </GraphiQL.Logo>
      </GraphiQL>
    </>
  );
}

/** Asks the server for GraphiQL, and tells whether it refuses to tell its schema. */
function fetcherThat(isSilent: (silent: boolean) => void) {
  return async (request: Request): Promise<ExecutionResult> => {
    const answer = await ask<Record<string, unknown>>(request).catch(unavailable);
    const error = answer.errors?.[0];
    if (request.operationName !== SCHEMA_QUERY) return answer as ExecutionResult;
    isSilent(error?.extensions?.code === 'INTROSPECTION_DISABLED');
    // Thrown, it is shown; given back, the question would be asked again in an older form.
    if (error) throw new Error(error.message);
    return answer as ExecutionResult;
  };
}

function unavailable(error: unknown): Answer<never> {
  if (!(error instanceof Unavailable)) throw error;
  return { errors: [{ message: error.message }] };
}

/** The way to the other page, and what can only be told to GraphiQL from inside of it. */
function Header() {
  const { setOperationName, setTheme } = useGraphiQLActions();
  const { queryEditor, operations } = useGraphiQL(pick('queryEditor', 'operations'));
  const linkedName = useRef(link.get('operationName'));
  // GraphiQL runs the operation where the cursor is.
  useEffect(() => {
    const linked = operations?.find(({ name }) => name?.value === linkedName.current);
    const model = queryEditor?.getModel();
    if (!linked?.name || !linked.loc || !model) return;
    linkedName.current = null;
    setOperationName(linked.name.value);
    queryEditor?.setPosition(model.getPositionAt(linked.loc.start));
    queryEditor?.focus();
  }, [operations, queryEditor, setOperationName]);
  // The editors do not notice by themselves that the system has changed its mind.
  useEffect(() => {
    const dark = matchMedia('(prefers-color-scheme: dark)');
    const follow = () => setTheme(null);
    dark.addEventListener('change', follow);
    return () => dark.removeEventListener('change', follow);
  }, [setTheme]);
  return <a className="button" href="/">Chart explorer</a>;
}

// A link that is opened in the same tab changes nothing but what stands after `#`.
addEventListener('hashchange', () => location.reload());
createRoot(document.getElementById('page')!).render(<Page />);
