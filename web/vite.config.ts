import { defineConfig } from 'vite';
import { compression } from 'vite-plugin-compression2';

// Two pages, and beside each long file that they load its compressed forms.
export default defineConfig({
  plugins: [
    compression({ algorithms: ['gzip', 'brotliCompress'], exclude: /\.html$/, threshold: 1024 }),
  ],
  build: {
    target: 'es2024',
    license: { fileName: 'licenses.txt' },
    modulePreload: { polyfill: false },
    chunkSizeWarningLimit: 4096,
    rollupOptions: {
      input: ['index.html', 'graphiql.html'],
      // What React's server components mean by "use client" means nothing here.
      checks: { moduleLevelDirective: false, bundlerTimings: false },
    },
  },
  // `npm run dev` beside `make run`.
  server: { proxy: { '/graphql': 'http://127.0.0.1:8080' } },
});
