using System.Globalization;
using Zepto.Server.Tests.Hosting;

namespace Zepto.Server.Tests.Crashes;

/// <summary>Makes, changes and drops tables while the server may be killed, and knows which must be there. One thread.</summary>
internal sealed class CrashSchema
{
    private const string Prefix = "made_";
    private readonly Dictionary<string, int> _columns = [];
    private string _pending = "";
    private int _next;

    /// <summary>Changes tables until the server is gone.</summary>
    public void Run(ServerClient client, Action acknowledge)
    {
        while (true)
        {
            var name = Prefix + (_next % 5).ToString(CultureInfo.InvariantCulture);
            var had = _columns.GetValueOrDefault(name);
            var sql = had switch
            {
                0 => $"CREATE TABLE {name} (s SYMBOL, ts TIMESTAMP)",
                < 4 => $"ALTER TABLE {name} ADD COLUMN c{had} INT64",
                _ => $"DROP TABLE {name}",
            };
            _pending = name;
            if (CrashClient.TryQuery(client, sql) is null)
                return;
            Apply(name, had);
            _pending = "";
            _next++;
            acknowledge();
        }
    }

    /// <summary>All tables are as acknowledged; the change that got no answer is done or not.</summary>
    public void Verify(ServerClient client, string where)
    {
        var tables = client.Run("SHOW TABLES").Rows.Select(r => (string)r[0]!).Where(t => t.StartsWith(Prefix, StringComparison.Ordinal)).ToHashSet();
        foreach (var name in tables.Union(_columns.Keys).Append(_pending).Where(n => n != "").Distinct().ToArray())
        {
            var had = _columns.GetValueOrDefault(name);
            var has = tables.Contains(name) ? client.Run($"DESCRIBE TABLE {name}").Rows.Length : 0;
            if (name == _pending && has != had)
            {
                Apply(name, had);
                _next++;
            }

            Assert.True(has == _columns.GetValueOrDefault(name), $"{where}: table {name} has {has} columns instead of {_columns.GetValueOrDefault(name)}");
        }

        _pending = "";
    }

    private void Apply(string name, int had)
    {
        if (had == 4)
            _columns.Remove(name);
        else
            _columns[name] = had == 0 ? 2 : had + 1;
    }
}
