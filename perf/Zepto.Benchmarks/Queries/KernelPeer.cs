namespace Zepto.Benchmarks.Queries;

/// <summary>
/// The hand-fused kernel: rows partitioned by symbol and in time order, results as plain arrays. What it may know beforehand, as our storage
/// knows it too, are row counts, last rows and distinct symbols.
/// </summary>
internal sealed class KernelPeer : IQueryPeer
{
    private sealed class Partition(int rows)
    {
        public readonly long[] First = new long[rows];
        public readonly long[] Second = new long[rows];
        public readonly long[] Time = new long[rows];
        public int Rows;
    }

    private readonly record struct Bar(int Symbol, long Start, long Open, long High, long Low, long Close, long Volume);

    private Partition[] _trades = [];
    private Partition[] _quotes = [];
    private byte[][] _names = [];
    private QuerySet _queries = null!;
    private long _rows;

    // Results of the last run.
    private readonly List<Bar> _bars = [];
    private readonly long[] _bySymbol = new long[MarketData.SymbolCount];
    private readonly int[] _order = new int[MarketData.SymbolCount];
    private readonly long[] _top = new long[QuerySet.TopPrices];
    private double[] _averages = [];
    private (long Count, long Sum) _joined;
    private double _number;

    public string Name => "kernel";

    public void Load(MarketData data)
    {
        _queries = new QuerySet(data);
        _names = data.SymbolsUtf8;
        _trades = Split(data.Trades);
        _quotes = Split(data.Quotes);
        _rows = data.Trades.Rows;
        _averages = new double[_trades[QuerySet.Symbol].Rows];
    }

    public bool Answers(Query query) => query.HasKernel;

    public void Prepare()
    {
    }

    public long Run(Query query)
    {
        switch (query.Id)
        {
            case "Q1": case "Q11": return 1;
            case "Q2": _number = Total(static p => FusedLoops.Sum(p.Second)); return 1;
            case "Q3": _number = Vwap(_trades[QuerySet.Symbol]); return 1;
            case "Q4a": _number = CountAbove(_queries.MedianPrice); return 1;
            case "Q4b": _number = CountAbove(_queries.HighPrice); return 1;
            case "Q5": SumBySymbol(); return _trades.Length;
            case "Q6": return Bars(QuerySet.Symbol, QuerySet.Symbol, QuerySet.FiveMinutesNs);
            case "Q6b": return Bars(0, _trades.Length - 1, QuerySet.OneMinuteNs);
            case "Q7": return TopPrices();
            case "Q8": FusedLoops.MovingAverage(_trades[QuerySet.Symbol].First, QuerySet.AverageRows, _averages); return _averages.Length;
            case "Q9": Join(); return 1;
            case "Q10": return LastBySymbol();
            case "Q12": _number = AverageOfLastPercent(); return 1;
            case "Q14": SumBySymbol(); return TopSymbols();
            default: throw new ArgumentException($"there is no kernel for {query.Id}");
        }
    }

    public QueryAnswer Answer(Query query)
    {
        Run(query);
        var answer = default(QueryAnswer);
        switch (query.Id)
        {
            case "Q1": Row(_rows); break;
            case "Q11": Row(_trades.Count(p => p.Rows > 0)); break;
            case "Q2" or "Q4a" or "Q4b": Row((long)_number); break;
            case "Q3" or "Q12":
                answer.BeginRow();
                answer.Add(_number);
                break;
            case "Q5" or "Q10": Symbols(Enumerable.Range(0, _trades.Length)); break;
            case "Q14": Symbols(_order.Take(QuerySet.TopSymbols)); break;
            case "Q6" or "Q6b":
                foreach (var bar in _bars)
                {
                    answer.BeginRow();
                    if (query.Id == "Q6b")
                        answer.Add(_names[bar.Symbol]);
                    foreach (var value in new[] { bar.Start, bar.Open, bar.High, bar.Low, bar.Close, bar.Volume })
                        answer.Add(value);
                }

                break;
            case "Q7":
                foreach (var price in _top)
                    Row(price);
                break;
            case "Q8":
                foreach (var average in _averages)
                {
                    answer.BeginRow();
                    answer.Add(average);
                }

                break;
            case "Q9":
                Row(_joined.Count);
                answer.Add(_joined.Sum);
                break;
        }

        return answer;

        void Row(long value)
        {
            answer.BeginRow();
            answer.Add(value);
        }

        void Symbols(IEnumerable<int> symbols)
        {
            foreach (var symbol in symbols)
            {
                answer.BeginRow();
                answer.Add(_names[symbol]);
                answer.Add(_bySymbol[symbol]);
            }
        }
    }

    public void Dispose()
    {
    }

    private static Partition[] Split(MarketData.Columns columns)
    {
        var counts = new int[MarketData.SymbolCount];
        foreach (var symbol in columns.Symbol)
            counts[symbol]++;
        var partitions = Array.ConvertAll(counts, c => new Partition(c));
        for (var i = 0; i < columns.Rows; i++)
        {
            var partition = partitions[columns.Symbol[i]];
            partition.First[partition.Rows] = columns.First[i];
            partition.Second[partition.Rows] = columns.Second[i];
            partition.Time[partition.Rows++] = columns.Time[i];
        }

        return partitions;
    }

    private long Total(Func<Partition, long> ofPartition)
    {
        long total = 0;
        foreach (var partition in _trades)
            total += ofPartition(partition);
        return total;
    }

    private static double Vwap(Partition trades)
    {
        var (products, volume) = FusedLoops.SumProducts(trades.First, trades.Second);
        return (double)products / volume;
    }

    private long CountAbove(long price)
    {
        long count = 0;
        foreach (var partition in _trades)
            count += FusedLoops.CountGreater(partition.First, price);
        return count;
    }

    private void SumBySymbol()
    {
        for (var i = 0; i < _trades.Length; i++)
            _bySymbol[i] = FusedLoops.Sum(_trades[i].Second);
    }

    private int LastBySymbol()
    {
        for (var i = 0; i < _trades.Length; i++)
            _bySymbol[i] = _trades[i].First[^1];
        return _trades.Length;
    }

    private int TopSymbols()
    {
        for (var i = 0; i < _order.Length; i++)
            _order[i] = i;
        Array.Sort(_order, (a, b) => _bySymbol[b].CompareTo(_bySymbol[a]));
        return QuerySet.TopSymbols;
    }

    private int Bars(int firstSymbol, int lastSymbol, long widthNs)
    {
        _bars.Clear();
        for (var symbol = firstSymbol; symbol <= lastSymbol; symbol++)
        {
            var trades = _trades[symbol];
            for (var start = 0; start < trades.Rows;)
            {
                var bar = trades.Time[start] / widthNs * widthNs;
                var end = FusedLoops.LowerBound(trades.Time, start, bar + widthNs);
                var prices = trades.First.AsSpan(start, end - start);
                var (low, high, volume) = FusedLoops.Bar(prices, trades.Second.AsSpan(start, end - start));
                _bars.Add(new Bar(symbol, bar, prices[0], high, low, prices[^1], volume));
                start = end;
            }
        }

        return _bars.Count;
    }

    private int TopPrices()
    {
        Array.Fill(_top, long.MinValue);
        foreach (var partition in _trades)
            FusedLoops.KeepTop(partition.First, _top);
        return _top.Length;
    }

    private void Join()
    {
        _joined = default;
        for (var i = 0; i < _trades.Length; i++)
        {
            var (count, sum) = FusedLoops.AsofSum(_trades[i].Time, _quotes[i].Time, _quotes[i].First);
            _joined = (_joined.Count + count, _joined.Sum + sum);
        }
    }

    private double AverageOfLastPercent()
    {
        long sum = 0;
        long count = 0;
        foreach (var partition in _trades)
        {
            var from = FusedLoops.LowerBound(partition.Time, 0, _queries.LastPercentNs);
            sum += FusedLoops.Sum(partition.First.AsSpan(from));
            count += partition.Rows - from;
        }

        return (double)sum / count;
    }
}
