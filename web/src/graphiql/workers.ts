/** Monaco's workers, from this server; GraphiQL's own setup of them writes to the console. */
import EditorWorker from 'monaco-editor/esm/vs/editor/editor.worker.js?worker';
import JsonWorker from 'monaco-editor/esm/vs/language/json/json.worker.js?worker';
import GraphQLWorker from 'monaco-graphql/esm/graphql.worker.js?worker';

window.MonacoEnvironment = {
  getWorker(_id: string, language: string) {
    if (language === 'graphql') return new GraphQLWorker();
    if (language === 'json') return new JsonWorker();
    return new EditorWorker();
  },
};
