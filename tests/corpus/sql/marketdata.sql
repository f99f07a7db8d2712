## Queries over recorded trades (ticks) and quotes (book), compared with DuckDB. Form: see QueryCorpus. Every query orders its rows fully.

# count of all rows
SELECT count(*), count(price), min(timestamp_ns), max(timestamp_ns) FROM ticks

# count of quotes
SELECT count(*), sum(bid_size), sum(ask_size), min(bid), max(ask) FROM book

# every trade
SELECT symbol, timestamp_ns, price, volume FROM ticks ORDER BY timestamp_ns, symbol, price, volume

# every quote of a symbol
SELECT * FROM book WHERE symbol = 'ETHUSD_PERP' ORDER BY timestamp_ns, bid, ask, bid_size, ask_size

# counts by symbol
SELECT symbol, count(*) AS n FROM ticks GROUP BY symbol ORDER BY symbol

# one symbol
SELECT count(*), sum(volume), avg(price) FROM ticks WHERE symbol = 'BTCUSDT'

# symbol that is not there
SELECT count(*), sum(volume), avg(price), min(price) FROM ticks WHERE symbol = 'NOPE'

# other symbols
SELECT symbol, count(*) FROM ticks WHERE symbol != 'BTCUSDT' GROUP BY symbol ORDER BY symbol

# price range
SELECT symbol, count(*) FROM ticks WHERE price BETWEEN 3000 AND 30000 GROUP BY symbol ORDER BY symbol

# time range of one symbol
SELECT count(*), min(price), max(price) FROM ticks WHERE symbol = 'ETHUSDT_PERP' AND timestamp_ns >= 1721347200000000000 AND timestamp_ns < 1721347500000000000

# time range as text
SELECT count(*), sum(volume) FROM ticks WHERE timestamp_ns BETWEEN '2024-07-19 00:00:00' AND '2024-07-19 00:01:30.5'
---- duckdb
SELECT count(*), sum(volume) FROM ticks WHERE timestamp_ns BETWEEN 1721347200000000000 AND 1721347290500000000

# list of symbols
SELECT symbol, sum(price * volume) AS turnover FROM ticks WHERE symbol IN ('BTCUSDT', 'ETHUSDT', 'NOPE') GROUP BY symbol ORDER BY symbol

# list of prices
SELECT price, count(*) FROM ticks WHERE price IN (28145.1, 28145.2, 28150) GROUP BY price ORDER BY price

# pattern
SELECT symbol, count(*) FROM ticks WHERE symbol LIKE 'BTC%_PERP' GROUP BY symbol ORDER BY symbol

# pattern without regard to case, negated
SELECT DISTINCT symbol FROM ticks WHERE symbol NOT ILIKE '%usdt%' ORDER BY symbol

# or and not
SELECT count(*) FROM ticks WHERE (symbol = 'BTCUSDT' OR volume > 10) AND NOT (price < 28200 OR price > 62000)

# case as a key
SELECT CASE WHEN volume < 0.01 THEN 'small' WHEN volume < 1 THEN 'middle' ELSE 'large' END AS size, count(*), sum(volume) FROM ticks GROUP BY size ORDER BY size

# case by value
SELECT CASE symbol WHEN 'BTCUSDT' THEN 1 WHEN 'ETHUSDT' THEN 2 END AS kind, count(*) FROM ticks GROUP BY kind ORDER BY kind NULLS FIRST

# casts
SELECT CAST(price AS INT64) AS whole, count(*) FROM ticks WHERE symbol = 'ETHUSD_PERP' GROUP BY whole ORDER BY whole

# cast to text
SELECT CAST(CAST(price AS INT64) AS STRING) AS whole, count(*) FROM ticks WHERE symbol = 'ETHUSDT' GROUP BY whole ORDER BY whole

# bars of a minute for all symbols
SELECT symbol, xbar(timestamp_ns, INTERVAL '1 minute') AS bar, first(price) AS open, max(price) AS high, min(price) AS low, last(price) AS close, sum(volume) AS vol, count(*) AS n
FROM ticks GROUP BY symbol, bar ORDER BY symbol, bar
---- duckdb
SELECT symbol, (timestamp_ns // 60000000000) * 60000000000 AS bar, first(price ORDER BY timestamp_ns, rowid) AS open, max(price) AS high, min(price) AS low,
last(price ORDER BY timestamp_ns, rowid) AS close, sum(volume) AS vol, count(*) AS n
FROM ticks GROUP BY symbol, bar ORDER BY symbol, bar

# bars of five minutes for one symbol
SELECT xbar(timestamp_ns, 300000000000) AS bar, first(price) AS open, max(price) AS high, min(price) AS low, last(price) AS close, sum(volume) AS vol
FROM ticks WHERE symbol = 'BTCUSDT_PERP' GROUP BY xbar(timestamp_ns, 300000000000) ORDER BY bar ASC
---- duckdb
SELECT (timestamp_ns // 300000000000) * 300000000000 AS bar, first(price ORDER BY timestamp_ns, rowid) AS open, max(price) AS high, min(price) AS low,
last(price ORDER BY timestamp_ns, rowid) AS close, sum(volume) AS vol
FROM ticks WHERE symbol = 'BTCUSDT_PERP' GROUP BY bar ORDER BY bar

# bars of a second across symbols
SELECT xbar(timestamp_ns, 1000000000) AS bar, first(symbol) AS opener, last(symbol) AS closer, count(*) FROM ticks GROUP BY bar ORDER BY bar
---- duckdb
SELECT (timestamp_ns // 1000000000) * 1000000000 AS bar, first(symbol ORDER BY timestamp_ns, rowid) AS opener, last(symbol ORDER BY timestamp_ns, rowid) AS closer, count(*) FROM ticks GROUP BY bar ORDER BY bar

# weighted average by symbol
SELECT symbol, vwap(price, volume) AS vwap, sum(price * volume) / sum(volume) AS same FROM ticks GROUP BY symbol ORDER BY symbol
---- duckdb
SELECT symbol, sum(price * volume) / sum(volume) AS vwap, sum(price * volume) / sum(volume) AS same FROM ticks GROUP BY symbol ORDER BY symbol

# weighted average of bars
SELECT xbar(timestamp_ns, INTERVAL 30 SECOND) AS bar, vwap(price, volume) FROM ticks WHERE symbol = 'ETHUSDT' GROUP BY bar ORDER BY bar
---- duckdb
SELECT (timestamp_ns // 30000000000) * 30000000000 AS bar, sum(price * volume) / sum(volume) FROM ticks WHERE symbol = 'ETHUSDT' GROUP BY bar ORDER BY bar

# last quote of each symbol
SELECT symbol, last(bid) AS bid, last(ask) AS ask, last(timestamp_ns) AS at, first(bid_size) AS first_size FROM book GROUP BY symbol ORDER BY symbol
---- duckdb
SELECT symbol, last(bid ORDER BY timestamp_ns, rowid) AS bid, last(ask ORDER BY timestamp_ns, rowid) AS ask, max(timestamp_ns) AS at,
first(bid_size ORDER BY timestamp_ns, rowid) AS first_size FROM book GROUP BY symbol ORDER BY symbol

# first and last of everything
SELECT first(symbol), first(price), last(symbol), last(price) FROM ticks
---- duckdb
SELECT first(symbol ORDER BY timestamp_ns, rowid), first(price ORDER BY timestamp_ns, rowid), last(symbol ORDER BY timestamp_ns, rowid), last(price ORDER BY timestamp_ns, rowid) FROM ticks

# largest trades
SELECT symbol, timestamp_ns, price, volume FROM ticks ORDER BY volume DESC, timestamp_ns, symbol, price LIMIT 25

# largest trades of one symbol by value
SELECT timestamp_ns, price * volume AS value FROM ticks WHERE symbol = 'ETHUSDT_PERP' ORDER BY value DESC, timestamp_ns LIMIT 10 OFFSET 5

# latest trades
SELECT timestamp_ns, price, volume FROM ticks WHERE symbol = 'BTCUSD_PERP' ORDER BY timestamp_ns DESC, price, volume LIMIT 100

# page of trades
SELECT symbol, timestamp_ns, price, volume FROM ticks ORDER BY timestamp_ns, symbol, price, volume LIMIT 100 OFFSET 60000

# limit with comma
SELECT symbol, timestamp_ns, price, volume FROM ticks ORDER BY timestamp_ns, symbol, price, volume LIMIT 5, 10
---- duckdb
SELECT symbol, timestamp_ns, price, volume FROM ticks ORDER BY timestamp_ns, symbol, price, volume LIMIT 10 OFFSET 5

# different prices
SELECT DISTINCT price FROM ticks WHERE symbol = 'ETHUSD_PERP' ORDER BY price DESC

# different pairs
SELECT DISTINCT symbol, timestamp_ns // 3600000000000 AS hour FROM ticks ORDER BY symbol, hour

# having
SELECT symbol, price, count(*) AS n FROM ticks GROUP BY symbol, price HAVING n > 400 AND sum(volume) > 1 ORDER BY n DESC, symbol, price

# order with nulls first
SELECT nullIf(symbol, 'ETHUSDT') AS name, count(*) FROM ticks GROUP BY name ORDER BY name DESC NULLS FIRST

# order with nulls last
SELECT nullIf(symbol, 'ETHUSDT') AS name, count(*) FROM ticks GROUP BY name ORDER BY name DESC

# many groups
SELECT symbol, price, count(*) AS n, sum(volume) AS v FROM ticks GROUP BY symbol, price ORDER BY n DESC, symbol, price LIMIT 200

# derived table
SELECT max(n), min(n), avg(n), count(*) FROM (SELECT xbar(timestamp_ns, INTERVAL '1 second') AS s, count(*) AS n FROM ticks GROUP BY s) AS seconds
---- duckdb
SELECT max(n), min(n), avg(n), count(*) FROM (SELECT timestamp_ns // 1000000000 AS s, count(*) AS n FROM ticks GROUP BY s) AS seconds

# two common tables
WITH bars AS (SELECT symbol, xbar(timestamp_ns, INTERVAL '1 minute') AS bar, sum(volume) AS vol FROM ticks GROUP BY symbol, bar),
busy AS (SELECT symbol, bar, vol FROM bars WHERE vol > 10)
SELECT symbol, count(*), max(vol), sum(vol) FROM busy GROUP BY symbol ORDER BY symbol
---- duckdb
WITH bars AS (SELECT symbol, timestamp_ns // 60000000000 AS bar, sum(volume) AS vol FROM ticks GROUP BY symbol, bar),
busy AS (SELECT symbol, bar, vol FROM bars WHERE vol > 10)
SELECT symbol, count(*), max(vol), sum(vol) FROM busy GROUP BY symbol ORDER BY symbol

# spread of quotes
SELECT symbol, avg(ask - bid) AS spread, max(ask - bid), avg((ask + bid) / 2) AS middle, sum(bid * bid_size - ask * ask_size) AS tilt FROM book GROUP BY symbol ORDER BY symbol

# imbalance of quotes
SELECT symbol, count(*) FILTER (WHERE bid_size > ask_size) AS heavy, avg((bid_size - ask_size) / (bid_size + ask_size)) AS tilt FROM book WHERE bid_size + ask_size > 0 GROUP BY symbol ORDER BY symbol

# trades with their quotes
SELECT t.timestamp_ns, t.price, t.volume, q.bid, q.ask FROM ticks t ASOF JOIN book q ON t.symbol = q.symbol AND t.timestamp_ns >= q.timestamp_ns
WHERE t.symbol = 'BTCUSD_PERP' ORDER BY t.timestamp_ns, t.price, t.volume, q.bid, q.ask LIMIT 2000
---- duckdb
SELECT t.timestamp_ns, t.price, t.volume, q.bid, q.ask FROM ticks t
ASOF JOIN (SELECT symbol, timestamp_ns, last(bid ORDER BY rowid) AS bid, last(ask ORDER BY rowid) AS ask FROM book GROUP BY symbol, timestamp_ns) q
ON t.symbol = q.symbol AND t.timestamp_ns >= q.timestamp_ns
WHERE t.symbol = 'BTCUSD_PERP' ORDER BY t.timestamp_ns, t.price, t.volume, q.bid, q.ask LIMIT 2000

# effective spread
SELECT t.symbol, count(*) AS n, avg(abs(t.price - (q.bid + q.ask) / 2)) AS half_spread, sum(if(t.price >= q.ask, t.volume, 0.0)) AS bought
FROM ticks t ASOF JOIN book q ON t.symbol = q.symbol AND t.timestamp_ns >= q.timestamp_ns GROUP BY t.symbol ORDER BY t.symbol
---- duckdb
SELECT t.symbol, count(*) AS n, avg(abs(t.price - (q.bid + q.ask) / 2)) AS half_spread, sum(if(t.price >= q.ask, t.volume, 0.0)) AS bought
FROM ticks t ASOF JOIN (SELECT symbol, timestamp_ns, last(bid ORDER BY rowid) AS bid, last(ask ORDER BY rowid) AS ask FROM book GROUP BY symbol, timestamp_ns) q
ON t.symbol = q.symbol AND t.timestamp_ns >= q.timestamp_ns GROUP BY t.symbol ORDER BY t.symbol

# trades without an earlier quote
SELECT t.symbol, count(*), count(q.bid), max(t.timestamp_ns - q.timestamp_ns) FROM ticks t ASOF LEFT JOIN book q ON t.symbol = q.symbol AND t.timestamp_ns > q.timestamp_ns GROUP BY t.symbol ORDER BY t.symbol
---- duckdb
SELECT t.symbol, count(*), count(q.bid), max(t.timestamp_ns - q.timestamp_ns)
FROM ticks t ASOF LEFT JOIN (SELECT symbol, timestamp_ns, last(bid ORDER BY rowid) AS bid FROM book GROUP BY symbol, timestamp_ns) q
ON t.symbol = q.symbol AND t.timestamp_ns > q.timestamp_ns GROUP BY t.symbol ORDER BY t.symbol

# the quote after each trade
SELECT t.symbol, count(*), avg(q.timestamp_ns - t.timestamp_ns) FROM ticks t ASOF JOIN book q ON t.symbol = q.symbol AND t.timestamp_ns < q.timestamp_ns GROUP BY t.symbol ORDER BY t.symbol

# join with filters on both sides
SELECT count(*), sum(t.volume), sum(q.bid_size) FROM ticks t ASOF JOIN book q ON t.symbol = q.symbol AND t.timestamp_ns >= q.timestamp_ns
WHERE t.volume > 1 AND q.ask - q.bid < 0.5
---- duckdb
SELECT count(*), sum(t.volume), sum(q.bid_size)
FROM ticks t ASOF JOIN (SELECT symbol, timestamp_ns, last(bid ORDER BY rowid) AS bid, last(ask ORDER BY rowid) AS ask, last(bid_size ORDER BY rowid) AS bid_size FROM book GROUP BY symbol, timestamp_ns) q
ON t.symbol = q.symbol AND t.timestamp_ns >= q.timestamp_ns WHERE t.volume > 1 AND q.ask - q.bid < 0.5

# bars of the join
WITH joined AS (SELECT t.symbol AS symbol, t.timestamp_ns AS ts, t.price - q.bid AS edge FROM ticks t ASOF JOIN book q ON t.symbol = q.symbol AND t.timestamp_ns >= q.timestamp_ns)
SELECT symbol, xbar(ts, INTERVAL '1 minute') AS bar, avg(edge), max(edge) FROM joined GROUP BY symbol, bar ORDER BY symbol, bar
---- duckdb
WITH joined AS (SELECT t.symbol AS symbol, t.timestamp_ns AS ts, t.price - q.bid AS edge FROM ticks t
ASOF JOIN (SELECT symbol, timestamp_ns, last(bid ORDER BY rowid) AS bid FROM book GROUP BY symbol, timestamp_ns) q ON t.symbol = q.symbol AND t.timestamp_ns >= q.timestamp_ns)
SELECT symbol, (ts // 60000000000) * 60000000000 AS bar, avg(edge), max(edge) FROM joined GROUP BY symbol, bar ORDER BY symbol, bar

# moving average
SELECT timestamp_ns, price, avg(price) OVER (PARTITION BY symbol ORDER BY timestamp_ns ROWS 20 PRECEDING) AS average FROM ticks WHERE symbol = 'ETHUSD_PERP' ORDER BY timestamp_ns, price, average
---- duckdb
SELECT timestamp_ns, price, avg(price) OVER (PARTITION BY symbol ORDER BY timestamp_ns, rowid ROWS 20 PRECEDING) AS average FROM ticks WHERE symbol = 'ETHUSD_PERP' ORDER BY timestamp_ns, price, average

# moving averages of all symbols, summed up
SELECT symbol, count(*), sum(average), min(average), max(average) FROM (SELECT symbol, avg(price) OVER (PARTITION BY symbol ORDER BY timestamp_ns ROWS 20 PRECEDING) AS average FROM ticks) AS t GROUP BY symbol ORDER BY symbol
---- duckdb
SELECT symbol, count(*), sum(average), min(average), max(average) FROM (SELECT symbol, avg(price) OVER (PARTITION BY symbol ORDER BY timestamp_ns, rowid ROWS 20 PRECEDING) AS average FROM ticks) AS t GROUP BY symbol ORDER BY symbol

# running sum
SELECT n, total FROM (SELECT row_number() OVER (ORDER BY timestamp_ns) AS n, sum(volume) OVER (ORDER BY timestamp_ns ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW) AS total FROM ticks WHERE symbol = 'BTCUSDT') AS t
WHERE n % 500 = 0 ORDER BY n
---- duckdb
SELECT n, total FROM (SELECT row_number() OVER (ORDER BY timestamp_ns, rowid) AS n, sum(volume) OVER (ORDER BY timestamp_ns, rowid ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW) AS total FROM ticks WHERE symbol = 'BTCUSDT') AS t
WHERE n % 500 = 0 ORDER BY n

# running sum with peers
SELECT DISTINCT timestamp_ns, sum(volume) OVER (ORDER BY timestamp_ns) AS total FROM ticks WHERE symbol = 'BTCUSD_PERP' ORDER BY timestamp_ns LIMIT 1000

# last three trades of each symbol
SELECT symbol, timestamp_ns, price, n FROM (SELECT symbol, timestamp_ns, price, row_number() OVER (PARTITION BY symbol ORDER BY timestamp_ns DESC, price DESC, volume DESC) AS n FROM ticks) AS t WHERE n <= 3 ORDER BY symbol, n

# ranks
SELECT symbol, volume, place, dense FROM (SELECT symbol, volume, rank() OVER (PARTITION BY symbol ORDER BY volume DESC) AS place, dense_rank() OVER (PARTITION BY symbol ORDER BY volume DESC) AS dense FROM ticks) AS t
WHERE place <= 20 ORDER BY symbol, place, volume

# change of price
SELECT symbol, sum(abs(change)), max(change), min(change), count(change) FROM (SELECT symbol, price - lag(price) OVER (PARTITION BY symbol ORDER BY timestamp_ns) AS change FROM ticks) AS t GROUP BY symbol ORDER BY symbol
---- duckdb
SELECT symbol, sum(abs(change)), max(change), min(change), count(change) FROM (SELECT symbol, price - lag(price) OVER (PARTITION BY symbol ORDER BY timestamp_ns, rowid) AS change FROM ticks) AS t GROUP BY symbol ORDER BY symbol

# next price, two ahead
SELECT symbol, sum(ahead), count(ahead), sum(filled) FROM (SELECT symbol, lead(price, 2) OVER (PARTITION BY symbol ORDER BY timestamp_ns) AS ahead, lead(price, 2, 0) OVER (PARTITION BY symbol ORDER BY timestamp_ns) AS filled FROM ticks) AS t GROUP BY symbol ORDER BY symbol
---- duckdb
SELECT symbol, sum(ahead), count(ahead), sum(filled) FROM (SELECT symbol, lead(price, 2) OVER (PARTITION BY symbol ORDER BY timestamp_ns, rowid) AS ahead, lead(price, 2, 0) OVER (PARTITION BY symbol ORDER BY timestamp_ns, rowid) AS filled FROM ticks) AS t GROUP BY symbol ORDER BY symbol

# delta and ratio
SELECT symbol, sum(d), sum(r), count(*) FROM (SELECT symbol, delta(price) OVER (PARTITION BY symbol ORDER BY timestamp_ns) AS d, ratio(price) OVER (PARTITION BY symbol ORDER BY timestamp_ns) AS r FROM ticks) AS t GROUP BY symbol ORDER BY symbol
---- duckdb
SELECT symbol, sum(d), sum(r), count(*) FROM (SELECT symbol, price - lag(price, 1, 0) OVER (PARTITION BY symbol ORDER BY timestamp_ns, rowid) AS d, price / lag(price, 1, 1) OVER (PARTITION BY symbol ORDER BY timestamp_ns, rowid) AS r FROM ticks) AS t GROUP BY symbol ORDER BY symbol

# volume of the last second
SELECT timestamp_ns, price, volume, sum(volume) OVER (ORDER BY timestamp_ns RANGE BETWEEN INTERVAL '1 second' PRECEDING AND CURRENT ROW) AS recent FROM ticks WHERE symbol = 'BTCUSD_PERP' ORDER BY timestamp_ns, price, volume, recent LIMIT 2000
---- duckdb
SELECT timestamp_ns, price, volume, sum(volume) OVER (ORDER BY timestamp_ns RANGE BETWEEN 1000000000 PRECEDING AND CURRENT ROW) AS recent FROM ticks WHERE symbol = 'BTCUSD_PERP' ORDER BY timestamp_ns, price, volume, recent LIMIT 2000

# highest within a second around
SELECT symbol, sum(top), sum(n) FROM (SELECT symbol, max(price) OVER w AS top, count(*) OVER w AS n FROM ticks WINDOW w AS (PARTITION BY symbol ORDER BY timestamp_ns RANGE BETWEEN 500000000 PRECEDING AND 500000000 FOLLOWING)) AS t GROUP BY symbol ORDER BY symbol

# first and last of a frame
SELECT symbol, sum(a), sum(b) FROM (SELECT symbol, first_value(price) OVER (PARTITION BY symbol ORDER BY timestamp_ns ROWS BETWEEN 5 PRECEDING AND 5 FOLLOWING) AS a, last_value(price) OVER (PARTITION BY symbol ORDER BY timestamp_ns ROWS BETWEEN 5 PRECEDING AND 5 FOLLOWING) AS b FROM ticks) AS t GROUP BY symbol ORDER BY symbol
---- duckdb
SELECT symbol, sum(a), sum(b) FROM (SELECT symbol, first_value(price) OVER (PARTITION BY symbol ORDER BY timestamp_ns, rowid ROWS BETWEEN 5 PRECEDING AND 5 FOLLOWING) AS a, last_value(price) OVER (PARTITION BY symbol ORDER BY timestamp_ns, rowid ROWS BETWEEN 5 PRECEDING AND 5 FOLLOWING) AS b FROM ticks) AS t GROUP BY symbol ORDER BY symbol

# lowest of following rows
SELECT symbol, sum(low) FROM (SELECT symbol, min(price) OVER (PARTITION BY symbol ORDER BY timestamp_ns ROWS BETWEEN 1 FOLLOWING AND 50 FOLLOWING) AS low FROM ticks) AS t GROUP BY symbol ORDER BY symbol
---- duckdb
SELECT symbol, sum(low) FROM (SELECT symbol, min(price) OVER (PARTITION BY symbol ORDER BY timestamp_ns, rowid ROWS BETWEEN 1 FOLLOWING AND 50 FOLLOWING) AS low FROM ticks) AS t GROUP BY symbol ORDER BY symbol

# quarters
SELECT symbol, part, count(*), min(price), max(price) FROM (SELECT symbol, price, ntile(4) OVER (PARTITION BY symbol ORDER BY price) AS part FROM ticks) AS t GROUP BY symbol, part ORDER BY symbol, part

# window over groups
SELECT symbol, total, rank() OVER (ORDER BY total DESC) AS place, sum(total) OVER () AS everything FROM (SELECT symbol, sum(price * volume) AS total FROM ticks GROUP BY symbol) AS t ORDER BY place

# share of the whole
SELECT symbol, count(*) AS n, 100.0 * count(*) / sum(count(*)) OVER () AS percent FROM ticks GROUP BY symbol ORDER BY symbol

# deviation
SELECT symbol, stddev(price), stddev_samp(price), variance(price), var_samp(price) FROM ticks WHERE timestamp_ns > 1723000000000000000 GROUP BY symbol ORDER BY symbol
---- duckdb
SELECT symbol, stddev_pop(price), stddev_samp(price), var_pop(price), var_samp(price) FROM ticks WHERE timestamp_ns > 1723000000000000000 GROUP BY symbol ORDER BY symbol

# different values
SELECT symbol, count(DISTINCT price), count(DISTINCT volume), uniq(timestamp_ns) FROM ticks GROUP BY symbol ORDER BY symbol
---- duckdb
SELECT symbol, count(DISTINCT price), count(DISTINCT volume), count(DISTINCT timestamp_ns) FROM ticks GROUP BY symbol ORDER BY symbol

# different symbols
SELECT count(DISTINCT symbol), count(DISTINCT price) FROM ticks

# middle and quantiles
SELECT symbol, median(price), percentile(price, 95), percentile_cont(0.25) WITHIN GROUP (ORDER BY volume), quantile(0.9)(price) FROM ticks GROUP BY symbol ORDER BY symbol
---- duckdb
SELECT symbol, median(price), quantile_cont(price, 0.95), quantile_cont(volume, 0.25), quantile_cont(price, 0.9) FROM ticks GROUP BY symbol ORDER BY symbol

# price at the extremes of volume
SELECT symbol, argMax(price, timestamp_ns), argMin(timestamp_ns, timestamp_ns) FROM (SELECT symbol, timestamp_ns, max(price) AS price FROM ticks GROUP BY symbol, timestamp_ns) AS t GROUP BY symbol ORDER BY symbol
---- duckdb
SELECT symbol, arg_max(price, timestamp_ns), arg_min(timestamp_ns, timestamp_ns) FROM (SELECT symbol, timestamp_ns, max(price) AS price FROM ticks GROUP BY symbol, timestamp_ns) AS t GROUP BY symbol ORDER BY symbol

# truncated times
SELECT date_trunc('minute', timestamp_ns) AS minute, date_trunc('hour', min(timestamp_ns)) AS hour, date_trunc('day', min(timestamp_ns)) AS day, date_trunc('week', min(timestamp_ns)) AS week,
date_trunc('month', min(timestamp_ns)) AS month, date_trunc('year', min(timestamp_ns)) AS year, count(*) FROM ticks GROUP BY minute ORDER BY minute
---- duckdb
SELECT epoch_ns(date_trunc('minute', make_timestamp_ns(timestamp_ns))) AS minute, epoch_ns(date_trunc('hour', make_timestamp_ns(min(timestamp_ns)))) AS hour, epoch_ns(date_trunc('day', make_timestamp_ns(min(timestamp_ns)))) AS day,
epoch_ns(date_trunc('week', make_timestamp_ns(min(timestamp_ns))::TIMESTAMP)) AS week, epoch_ns(date_trunc('month', make_timestamp_ns(min(timestamp_ns))::TIMESTAMP)) AS month,
epoch_ns(date_trunc('year', make_timestamp_ns(min(timestamp_ns))::TIMESTAMP)) AS year, count(*) FROM ticks GROUP BY minute ORDER BY minute

# seconds and milliseconds
SELECT epoch_s(timestamp_ns) AS s, count(*), min(epoch_ms(timestamp_ns)) AS ms FROM ticks WHERE symbol = 'BTCUSDT' GROUP BY s ORDER BY s
---- duckdb
SELECT timestamp_ns // 1000000000 AS s, count(*), min(timestamp_ns // 1000000) AS ms FROM ticks WHERE symbol = 'BTCUSDT' GROUP BY s ORDER BY s

# texts
SELECT DISTINCT symbol, lower(symbol), length(symbol), substr(symbol, 1, 3), concat(symbol, '-', length(symbol)), symbol || '!', replace(symbol, 'USD', '$'), position(symbol, 'USD'), startsWith(symbol, 'BTC'), upper(trim(concat('  ', lower(symbol), ' ')))
FROM ticks ORDER BY symbol
---- duckdb
SELECT DISTINCT symbol, lower(symbol), length(symbol), substr(symbol, 1, 3), concat(symbol, '-', length(symbol)), symbol || '!', replace(symbol, 'USD', '$'), strpos(symbol, 'USD'), starts_with(symbol, 'BTC'), upper(trim(concat('  ', lower(symbol), ' ')))
FROM ticks ORDER BY symbol

# group by a part of a text
SELECT substr(symbol, 1, 3) AS coin, count(*), sum(price * volume) FROM ticks GROUP BY coin ORDER BY coin

# arithmetic
SELECT symbol, sum(price + volume), sum(price - volume), sum(price * 2 - 1), avg(-volume), sum(timestamp_ns % 1000), max(timestamp_ns // 1000000007), min(price / volume) FROM ticks GROUP BY symbol ORDER BY symbol

# rounding
SELECT symbol, sum(round(price, 1)), sum(floor(price)), sum(ceil(volume)), sum(round(price)), max(abs(price - 60000)) FROM ticks GROUP BY symbol ORDER BY symbol

# powers and logarithms
SELECT symbol, sum(sqrt(volume)), sum(ln(price)), sum(log10(price)), avg(exp(-volume)), sum(pow(volume, 2)) FROM ticks GROUP BY symbol ORDER BY symbol

# least and greatest
SELECT symbol, sum(least(bid_size, ask_size)), sum(greatest(bid_size, ask_size, 10)), sum(coalesce(nullIf(bid_size, 0), -1)) FROM book GROUP BY symbol ORDER BY symbol

# order by several keys
SELECT symbol, price, volume FROM ticks WHERE volume > 20 ORDER BY symbol DESC, price, volume DESC, timestamp_ns LIMIT 500

# order by an expression
SELECT symbol, timestamp_ns, price FROM ticks WHERE symbol = 'ETHUSD_PERP' ORDER BY price % 10, timestamp_ns % 1000, timestamp_ns, volume LIMIT 300

# group by ordinals
SELECT symbol, timestamp_ns // 600000000000 AS part, count(*) FROM ticks GROUP BY 1, 2 ORDER BY 1, 2

# filtered aggregates
SELECT symbol, count(*) FILTER (WHERE volume > 0.1) AS a, sum(volume) FILTER (WHERE price % 1 = 0) AS b, avg(price) FILTER (WHERE volume > 1000000) AS c FROM ticks GROUP BY symbol ORDER BY symbol

# no rows in a group query
SELECT symbol, count(*) FROM ticks WHERE volume < 0 OR symbol = 'BTCUSDT' GROUP BY symbol ORDER BY symbol

# numbers as text
SELECT price, count(*) FROM ticks WHERE symbol = 'BTCUSDT_PERP' AND price LIKE '281%.5' GROUP BY price ORDER BY price
---- duckdb
SELECT price, count(*) FROM ticks WHERE symbol = 'BTCUSDT_PERP' AND CAST(price AS VARCHAR) LIKE '281%.5' GROUP BY price ORDER BY price
