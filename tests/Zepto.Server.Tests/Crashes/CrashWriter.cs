using System.Globalization;
using System.Text;
using Zepto.Server.Tests.Hosting;

namespace Zepto.Server.Tests.Crashes;

/// <summary>What one statement's rows look like: how many there are and how often they were changed since.</summary>
internal sealed record StatementRows(int Count, int Mark);

/// <summary>
/// Inserts, updates and deletes rows of its own while the server may be killed, and knows what must be there. Rows carry their writer, statement,
/// number and the statement's row count, so that a part of a statement shows. One thread at a time.
/// </summary>
internal sealed class CrashWriter(int id, Random random)
{
    /// <summary>All statements that have rows, and what would show a statement seen in part.</summary>
    public const string Overview =
        "SELECT writer, statement, count(*), count(DISTINCT number), min(total), max(total), min(mark), max(mark), min(note), max(note) FROM crash GROUP BY writer, statement";

    private const long DayNs = 86_400_000_000_000;
    private readonly Dictionary<int, StatementRows> _acknowledged = [];
    private int _next;
    private int _pendingStatement = -1;
    private StatementRows? _pending;

    public static void MakeTable(ServerClient client) =>
        client.Run("CREATE TABLE crash (symbol SYMBOL, writer INT64, statement INT64, number INT64, total INT64, mark INT64, note STRING, price FLOAT64, timestamp TIMESTAMP_NS)");

    /// <summary>Sends statements until the server is gone.</summary>
    public void Run(ServerClient client, Action acknowledge)
    {
        while (true)
        {
            var sql = Next();
            if (CrashClient.TryQuery(client, sql) is null)
                return;
            Apply();
            acknowledge();
        }
    }

    /// <summary>The rows of all writers' statements; fails where a statement is there in part.</summary>
    public static Dictionary<(int Writer, int Statement), StatementRows> Look(ServerClient client, string where) => Read(client.Run(Overview), where);

    /// <summary>Reads an <see cref="Overview"/>.</summary>
    public static Dictionary<(int Writer, int Statement), StatementRows> Read(QueryResult result, string where)
    {
        var found = new Dictionary<(int, int), StatementRows>();
        foreach (var row in result.Rows)
        {
            var numbers = row.Take(8).Select(v => (int)(long)v!).ToArray();
            var note = Note(numbers[0], numbers[1]);
            Assert.True(numbers[2] == numbers[4] && numbers[3] == numbers[4] && numbers[4] == numbers[5] && numbers[6] == numbers[7] && (string)row[8]! == note && (string)row[9]! == note,
                $"{where}: a statement is there in part: {string.Join(", ", row)}");
            found.Add((numbers[0], numbers[1]), new StatementRows(numbers[2], numbers[6]));
        }

        return found;
    }

    /// <summary>Compares with what was acknowledged; the statement that got no answer counts from here on as what became of it.</summary>
    public void Settle(Dictionary<(int Writer, int Statement), StatementRows> found, string where)
    {
        if (_pendingStatement >= 0)
        {
            if (found.GetValueOrDefault((id, _pendingStatement)) == _pending)
                Apply();
            _pendingStatement = -1;
        }

        foreach (var statement in found.Keys.Where(k => k.Writer == id).Select(k => k.Statement).Union(_acknowledged.Keys))
        {
            var (expected, actual) = (_acknowledged.GetValueOrDefault(statement), found.GetValueOrDefault((id, statement)));
            Assert.True(expected == actual, $"{where}: writer {id}, statement {statement}: {actual?.ToString() ?? "nothing"} instead of {expected?.ToString() ?? "nothing"}");
        }
    }

    private void Apply()
    {
        if (_pending is null)
            _acknowledged.Remove(_pendingStatement);
        else
            _acknowledged[_pendingStatement] = _pending;
        _pendingStatement = -1;
    }

    private string Next()
    {
        var choice = random.Next(10);
        if (choice >= 8 && _acknowledged.Count > 0)
        {
            var (statement, rows) = _acknowledged.ElementAt(random.Next(_acknowledged.Count));
            _pendingStatement = statement;
            _pending = choice == 8 ? null : rows with { Mark = rows.Mark + 1 };
            return (_pending is null ? "DELETE FROM crash" : "UPDATE crash SET mark = mark + 1") + $" WHERE writer = {id} AND statement = {statement}";
        }

        _pendingStatement = _next++;
        _pending = new StatementRows(random.Next(5) == 0 ? random.Next(1, 3000) : random.Next(1, 50), 0);
        return Insert(_pendingStatement, _pending.Count);
    }

    private string Insert(int statement, int rows)
    {
        var sql = new StringBuilder("INSERT INTO crash VALUES ");
        // Mostly in time order, sometimes late and on other days.
        var start = 1_721_300_000_000_000_000L + statement * 1_000_000_000L - (random.Next(4) == 0 ? random.Next(3) * DayNs + random.Next(1_000_000) : 0);
        for (var i = 0; i < rows; i++)
        {
            sql.Append(CultureInfo.InvariantCulture, $"{(i > 0 ? ", " : "")}('S{(id + i) % 7}', {id}, {statement}, {i}, {rows}, 0, '{Note(id, statement)}', {i}.25, {start + i * 10_000_000L})");
        }

        return sql.ToString();
    }

    private static string Note(int writer, int statement) => string.Create(CultureInfo.InvariantCulture, $"writer {writer}, statement {statement}");
}
