using System.CommandLine;
using System.CommandLine.Parsing;
using System.Diagnostics;
using System.Globalization;
using Zepto.Load.Sending;

namespace Zepto.Load;

/// <summary>The program from its arguments to its exit code.</summary>
internal static class LoadProgram
{
    public const int Fine = 0;
    public const int Failed = 1;
    public const int BadArguments = 2;

    /// <summary>Loads what the arguments ask for.</summary>
    public static int Run(string[] arguments)
    {
        var url = new Option<string>("--url")
        {
            Description = "Address of the server", DefaultValueFactory = _ => "http://127.0.0.1:8123", HelpName = "URL",
        };
        var create = new Option<bool>("--create") { Description = "Make the table when it does not exist; types are chosen from all rows" };
        var rows = new Option<int>("--rows") { Description = "Rows of one INSERT statement at most; it also ends at 4 MiB", DefaultValueFactory = _ => 100_000, HelpName = "N" };
        var table = new Argument<string>("TABLE") { Description = "Table to load into" };
        var files = new Argument<string[]>("FILE")
        {
            Description = "CSV files with a header; .gz and .zst are decompressed. They are loaded one after the other",
            Arity = ArgumentArity.OneOrMore,
        };
        url.Validators.Add(CheckUrl);
        rows.Validators.Add(CheckRows);
        var root = new RootCommand("Loads CSV files into a table of a running server.") { url, create, rows, table, files };
        root.Options.Remove(root.Options.OfType<VersionOption>().First());
        root.Directives.Clear();
        root.SetAction(parsed => Load(new LoadOptions(
            new Uri(parsed.GetRequiredValue(url)), parsed.GetValue(create), parsed.GetValue(rows), parsed.GetRequiredValue(table),
            parsed.GetRequiredValue(files))));

        var parsed = root.Parse(arguments, new ParserConfiguration { EnablePosixBundling = false, ResponseFileTokenReplacer = null });
        if (parsed.Errors.Count == 0)
            return parsed.Invoke();
        Console.Error.WriteLine($"zepto_load: {parsed.Errors[0].Message}");
        return BadArguments;
    }

    private static int Load(LoadOptions options)
    {
        var startedAt = Stopwatch.GetTimestamp();
        using var server = new ServerConnection(options.Url);
        var loader = new Loader(server, options);
        try
        {
            loader.Run();
        }
        catch (LoadException error)
        {
            Console.Error.WriteLine($"zepto_load: {error.Message}");
            Console.Error.WriteLine($"zepto_load: {Number(loader.StoredRows)} rows were stored before this and stay in {options.Table}");
            return Failed;
        }

        var seconds = Stopwatch.GetElapsedTime(startedAt).TotalSeconds;
        Console.Out.WriteLine($"loaded {Number(loader.StoredRows)} rows into {options.Table} in "
            + $"{seconds.ToString("F2", CultureInfo.InvariantCulture)} s ({Number((long)(loader.StoredRows / seconds))} rows/s)");
        return Fine;
    }

    private static string Number(long value) => value.ToString("N0", CultureInfo.InvariantCulture);

    private static void CheckUrl(OptionResult result)
    {
        var text = result.GetValueOrDefault<string>();
        if (!Uri.TryCreate(text, UriKind.Absolute, out var url) || url.Scheme is not ("http" or "https"))
            result.AddError($"--url: '{text}' is no http address");
    }

    private static void CheckRows(OptionResult result)
    {
        if (result.Tokens is [var token] && (!int.TryParse(token.Value, CultureInfo.InvariantCulture, out var number) || number is < 1 or > 1_000_000))
            result.AddError($"--rows: '{token.Value}' is not between 1 and 1000000");
    }
}
