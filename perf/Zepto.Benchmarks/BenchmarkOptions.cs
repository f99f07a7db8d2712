using System.CommandLine;

namespace Zepto.Benchmarks;

/// <summary>How long and how large the comparisons are.</summary>
/// <param name="Rounds">Interleaved rounds; medians are over them.</param>
/// <param name="Seconds">Seconds of load in a round, HTTP only.</param>
/// <param name="Rows">Rows of a table; several sizes one after the other.</param>
/// <param name="Loads">Names of the loads to measure, HTTP only.</param>
/// <param name="Saturate">Load by our own generator instead of wrk, HTTP only.</param>
internal sealed record BenchmarkOptions(int Rounds, int Seconds, int[] Rows, string[]? Loads = null, bool Saturate = false)
{
    /// <summary>A command of the program with these options; <paramref name="run"/> gives the exit code.</summary>
    public static Command Command(string name, string description, BenchmarkOptions defaults, Func<BenchmarkOptions, int> run) =>
        Command(name, description, defaults, (options, _) => run(options));

    /// <summary>As above, for a command that is given more options.</summary>
    public static Command Command(string name, string description, BenchmarkOptions defaults, Func<BenchmarkOptions, ParseResult, int> run)
    {
        var command = new Command(name, description);
        var rounds = Number("--rounds", "Interleaved rounds", defaults.Rounds);
        command.Options.Add(rounds);
        var seconds = Number("--seconds", "Seconds of load in a round", defaults.Seconds);
        if (defaults.Seconds > 0)
            command.Options.Add(seconds);
        var rows = new Option<int[]>("--rows")
        {
            Description = "Rows of a table; may be given several times", DefaultValueFactory = _ => defaults.Rows, HelpName = "N",
        };
        rows.Validators.Add(result =>
        {
            if (result.Tokens.Any(t => int.TryParse(t.Value, out var value) && value is < 1000 or > 100_000_000))
                result.AddError("--rows: from 1000 to 100000000");
        });
        if (defaults.Rows.Length > 0)
            command.Options.Add(rows);
        var loads = new Option<string[]>("--load")
        {
            Description = "Load to measure; may be given several times", DefaultValueFactory = _ => defaults.Loads ?? [], HelpName = "NAME",
        };
        var saturate = new Option<bool>("--saturate") { Description = "Load by a generator that costs less than the servers, so that they are the limit; wrk often is" };
        if (defaults.Loads is not null)
        {
            command.Options.Add(loads.AcceptOnlyFromAmong(defaults.Loads));
            command.Options.Add(saturate);
        }

        command.SetAction(parsed => run(new BenchmarkOptions(
            parsed.GetValue(rounds),
            defaults.Seconds > 0 ? parsed.GetValue(seconds) : 0,
            defaults.Rows.Length > 0 ? parsed.GetValue(rows)! : [],
            defaults.Loads is null ? null : parsed.GetValue(loads),
            defaults.Loads is not null && parsed.GetValue(saturate)), parsed));
        return command;
    }

    private static Option<int> Number(string name, string description, int standard)
    {
        var option = new Option<int>(name) { Description = description, DefaultValueFactory = _ => standard, HelpName = "N" };
        option.Validators.Add(result =>
        {
            if (result.Tokens is [var token] && int.TryParse(token.Value, out var value) && value is < 1 or > 1000)
                result.AddError($"{name}: from 1 to 1000");
        });
        return option;
    }
}
