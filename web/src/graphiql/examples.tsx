/** @jsxImportSource react */
/** Five queries that show what the server answers, in a panel of GraphiQL's sidebar. */
import { pick, useGraphiQL, useGraphiQLActions } from '@graphiql/react';

interface Example {
  title: string;
  about: string;
  query: string;
}

const examples: Example[] = [
  {
    title: 'Candles',
    about: 'One row per period, at any frequency.',
    query: /* GraphQL */ `query Candles {
  instrument(symbol: "AMZN") {
    series(
      frequency: WEEKLY
      from: "2023-07-01"
      to: "2023-09-30"
    ) {
      candles {
        periodStart
        open
        high
        low
        close
        volume
      }
    }
  }
}
`,
  },
  {
    title: 'Columns',
    about: 'One list per column, as chart libraries like it; here every two weeks.',
    query: /* GraphQL */ `query Columns {
  instrument(symbol: "NVDA") {
    series(
      frequency: WEEKLY
      interval: 2
      last: 10
    ) {
      periodStart
      close
      volume
    }
  }
}
`,
  },
  {
    title: 'Compare',
    about: 'Several symbols and several frequencies in one request.',
    query: /* GraphQL */ `query Compare {
  apple: instrument(symbol: "AAPL") {
    ...Growth
  }
  google: instrument(symbol: "GOOG") {
    ...Growth
  }
}

fragment Growth on Instrument {
  symbol
  years: series(
    frequency: ANNUAL
    last: 5
  ) {
    periodStart
    close
  }
  quarters: series(
    frequency: QUARTERLY
    last: 4
  ) {
    periodStart
    close
  }
}
`,
  },
  {
    title: 'Indicators',
    about: 'A chart in one query: moving average, RSI and its average, MACD, Bollinger bands.',
    query: /* GraphQL */ `query Indicators {
  instrument(symbol: "AMZN") {
    series(last: 10) {
      periodStart
      close
      sma(timePeriod: 20) {
        values
      }
      rsi {
        values
        sma(timePeriod: 9) {
          values
        }
      }
      macd {
        macd {
          values
        }
        macdSignal {
          values
        }
      }
      bbands(nbDevUp: 2.5) {
        upperBand {
          last
        }
      }
    }
  }
}
`,
  },
  {
    title: 'Search',
    about: 'Which instruments there are, and which indicators.',
    query: /* GraphQL */ `query Search {
  instruments(search: "a") {
    nodes {
      symbol
      firstDate
      lastDate
    }
    pageInfo {
      hasNextPage
      endCursor
    }
  }
  indicatorCatalog(
    group: VOLATILITY_INDICATORS
  ) {
    field
    title
    parameters {
      name
      default
      min
      max
    }
  }
}
`,
  },
];

/** The text of the editor at the first visit. */
export const firstQuery = examples[0]!.query;

export const examplesPlugin = { title: 'Examples', icon: Icon, content: Examples };

function Examples() {
  const { addTab, changeTab } = useGraphiQLActions();
  const { tabs, queryEditor } = useGraphiQL(pick('tabs', 'queryEditor'));

  /** Nothing that was written is replaced: an example that is open already is shown again. */
  function open(query: string) {
    const index = tabs.findIndex((tab) => tab.query === query);
    if (index >= 0) return changeTab(index);
    if (queryEditor?.getValue().trim()) addTab();
    queryEditor?.setValue(query);
  }

  return (
    <section className="examples" aria-labelledby="examples">
      <h2 id="examples">Examples</h2>
      <ul>
        {examples.map(({ title, about, query }) => (
          <li key={title}>
            <button type="button" onClick={() => open(query)}>
              <strong>{title}</strong>
              <span>{about}</span>
            </button>
          </li>
        ))}
      </ul>
    </section>
  );
}

function Icon() {
  return (
    <svg viewBox="0 0 24 24" fill="none" stroke="currentColor" strokeWidth="1.5" strokeLinecap="round" strokeLinejoin="round">
      <path d="M9.5 17.5v-1.7a6.5 6.5 0 1 1 5 0v1.7zM10 20.5h4" />
    </svg>
  );
}
