// GraphiQL at `/graphql`.
import assert from 'node:assert/strict';

export const graphiql = {
  async 'the page comes without a complaint'(visit) {
    const page = await visit.open('/graphql');
    await page.getByRole('button', { name: 'Execute query' }).waitFor();
  },
};
