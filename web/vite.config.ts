import { defineConfig } from 'vite';
import { compression } from 'vite-plugin-compression2';

// Two pages, and beside each file its compressed forms: the server hands out what is there.
export default defineConfig({
  plugins: [compression({ algorithms: ['gzip', 'brotliCompress'], threshold: 1024 })],
  build: {
    target: 'es2023',
    license: { fileName: 'licenses.md' },
    modulePreload: { polyfill: false },
    chunkSizeWarningLimit: 4096,
    rollupOptions: { input: ['index.html', 'graphiql.html'] },
  },
  // `npm run dev` beside `make run`.
  server: { proxy: { '/graphql': 'http://127.0.0.1:8080' } },
});
