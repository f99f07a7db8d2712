using System.CommandLine;

namespace Zepto.Benchmarks.Ingest;

/// <summary>Which ways of storing are compared. A selection leaves everything else of the report out.</summary>
internal sealed record IngestSelection(string[] Formats, int[] Connections, string[] Durabilities)
{
    /// <summary>All ways.</summary>
    public static IngestSelection All { get; } = new(["rowbinary", "csv", "values"], [1, 4], IngestServer.Durabilities);

    /// <summary>Whether something is left out.</summary>
    public bool IsPart => Formats.Length < All.Formats.Length || Connections.Length < All.Connections.Length || Durabilities.Length < All.Durabilities.Length;

    /// <summary>The options as they stand in a command line.</summary>
    public string Text => IsPart
        ? string.Concat([.. Formats.Select(f => $" --formats {f}"), .. Connections.Select(c => $" --connections {c}"), .. Durabilities.Select(d => $" --durability \"{d}\"")])
        : "";

    /// <summary>Adds the options to a command. Returns what reads them.</summary>
    public static Func<ParseResult, IngestSelection> AddTo(Command command)
    {
        var formats = Several("--formats", "Format", All.Formats);
        formats.AcceptOnlyFromAmong(All.Formats);
        var connections = Several("--connections", "Connections", All.Connections);
        connections.Validators.Add(result =>
        {
            if (result.Tokens.Any(t => !int.TryParse(t.Value, out var value) || value is < 1 or > 64))
                result.AddError("--connections: from 1 to 64");
        });
        var durabilities = Several("--durability", "Durability", All.Durabilities);
        durabilities.AcceptOnlyFromAmong(All.Durabilities);
        return parsed => new IngestSelection(parsed.GetValue(formats)!, parsed.GetValue(connections)!, parsed.GetValue(durabilities)!);

        Option<T[]> Several<T>(string name, string what, T[] all)
        {
            var option = new Option<T[]>(name) { Description = $"{what}; may be given several times", DefaultValueFactory = _ => all };
            command.Options.Add(option);
            return option;
        }
    }
}
