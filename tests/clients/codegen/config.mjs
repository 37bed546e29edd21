// What to generate, for whom: GraphQL Code Generator's preset for clients, with the API's scalars.
export default {
  schema: process.env.CANDLEQL_URL,
  documents: '*.graphql',
  generates: {
    'generated/': {
      preset: 'client',
      config: {
        scalars: { Date: 'string' },
        strictScalars: true,
        useTypeImports: true,
        emitLegacyCommonJSImports: false,
      },
    },
  },
};
