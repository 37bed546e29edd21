/** @jsxImportSource react */
/** The page at `/graphql`: GraphiQL, from this server alone. */
import '@graphiql/react/style.css';
import '@graphiql/plugin-doc-explorer/style.css';
import '@graphiql/plugin-history/style.css';
import 'graphiql/graphiql.css';
import './page.css';
import './workers';
import { useGraphiQL, useGraphiQLActions } from '@graphiql/react';
import { GraphiQL, HISTORY_PLUGIN } from 'graphiql';
import type { ExecutionResult } from 'graphql';
import { useEffect, useMemo, useState } from 'react';
import { createRoot } from 'react-dom/client';
import { ask, Unavailable, type Answer, type Request, type ServerError } from '../client';
import { examplesPlugin, firstQuery } from './examples';

/** What a link asks for: after `#`, which the server never sees and nothing limits, or after `?`. */
const link = new URLSearchParams(location.hash.slice(1) || location.search);

/** A name of its own, so that the page's question about the schema is not taken for the person's. */
const SCHEMA_QUERY = 'SchemaForGraphiQL';

const plugins = [examplesPlugin, HISTORY_PLUGIN];

/** Examples are open until the person has chosen what to have there instead, if anything. */
const firstPlugin = localStorage.getItem('graphiql:visiblePlugin') === null ? examplesPlugin : undefined;

function Page() {
  const [refusal, setRefusal] = useState<ServerError>();
  const fetcher = useMemo(() => fetcherThat(setRefusal), []);
  const code = refusal?.extensions?.code;
  if (code === 'PERSISTED_QUERY_NOT_IN_LIST') return <Off />;
  return (
    <>
      {code === 'INTROSPECTION_DISABLED' && <NoSchema />}
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

/** Asks the server for GraphiQL, and tells when it is not answered about the schema. */
function fetcherThat(refused: (error?: ServerError) => void) {
  return async (request: Request): Promise<ExecutionResult> => {
    const answer = await ask<Record<string, unknown>>(request).catch(unavailable);
    const error = answer.errors?.[0];
    if (request.operationName !== SCHEMA_QUERY) return answer as ExecutionResult;
    refused(error);
    // Thrown, it is shown; given back, the question would be asked again in an older form.
    if (error) throw new Error(error.message);
    return answer as ExecutionResult;
  };
}

function unavailable(error: unknown): Answer<never> {
  if (!(error instanceof Unavailable)) throw error;
  return { errors: [{ message: error.message }] };
}

/** The way to the other page; inside GraphiQL, so that it can choose the operation of the link. */
function Header() {
  const { setOperationName } = useGraphiQLActions();
  const hasEditor = useGraphiQL((state) => Boolean(state.queryEditor));
  useEffect(() => {
    const name = link.get('operationName');
    if (hasEditor && name) setOperationName(name);
  }, [hasEditor, setOperationName]);
  return <a className="button" href="/">Chart explorer</a>;
}

function NoSchema() {
  return (
    <p role="status" className="notice">
      This server does not tell its schema, so nothing is completed or documented here.
      It answers queries all the same.
    </p>
  );
}

function Off() {
  return (
    <main className="off">
      <h1>GraphiQL is off</h1>
      <p>This server answers only the documents of its manifest, and no others.</p>
    </main>
  );
}

// A link that is opened in the same tab changes nothing but what stands after `#`.
addEventListener('hashchange', () => location.reload());
createRoot(document.getElementById('page')!).render(<Page />);
