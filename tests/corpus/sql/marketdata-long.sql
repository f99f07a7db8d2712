## Queries over the order-book changes (3.6 million rows), run with ZEPTO_TEST_LONG=1. Form: see QueryCorpus.

# rows by symbol and side
SELECT symbol, side, count(*), sum(size), min(price), max(price) FROM updates GROUP BY symbol, side ORDER BY symbol, side

# removed levels a minute
SELECT xbar(timestamp_ns, 60000000000) AS bar, count(*), count(*) FILTER (WHERE size = 0) FROM updates GROUP BY bar ORDER BY bar
---- duckdb
SELECT (timestamp_ns // 60000000000) * 60000000000 AS bar, count(*), count(*) FILTER (WHERE size = 0) FROM updates GROUP BY bar ORDER BY bar

# distinct prices
SELECT symbol, count(DISTINCT price) FROM updates GROUP BY symbol ORDER BY symbol

# largest changes
SELECT symbol, timestamp_ns, side, price, size FROM updates WHERE side = 'B' ORDER BY size DESC, timestamp_ns, symbol, price LIMIT 50

# average of running sums
SELECT symbol, avg(total), max(total) FROM (SELECT symbol, sum(size) OVER (PARTITION BY symbol ORDER BY timestamp_ns ROWS 100 PRECEDING) AS total FROM updates) AS t GROUP BY symbol ORDER BY symbol
---- duckdb
SELECT symbol, avg(total), max(total) FROM (SELECT symbol, sum(size) OVER (PARTITION BY symbol ORDER BY timestamp_ns, rowid ROWS 100 PRECEDING) AS total FROM updates) AS t GROUP BY symbol ORDER BY symbol

# trades to the latest change
SELECT t.symbol, count(*), sum(u.size), avg(t.price - u.price) FROM ticks t ASOF JOIN updates u ON t.symbol = u.symbol AND t.timestamp_ns >= u.timestamp_ns GROUP BY t.symbol ORDER BY t.symbol
---- duckdb
SELECT t.symbol, count(*), sum(u.size), avg(t.price - u.price)
FROM ticks t ASOF JOIN (SELECT symbol, timestamp_ns, last(price ORDER BY rowid) AS price, last(size ORDER BY rowid) AS size FROM updates GROUP BY symbol, timestamp_ns) u
ON t.symbol = u.symbol AND t.timestamp_ns >= u.timestamp_ns GROUP BY t.symbol ORDER BY t.symbol
