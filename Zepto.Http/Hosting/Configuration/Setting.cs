namespace Zepto.Http.Hosting.Configuration;

/// <summary>What an option is set to and who said so.</summary>
/// <param name="Option">The option.</param>
/// <param name="Value">Of the type of its property; null when it has no value.</param>
/// <param name="Origin">For people: default, the file and line, the environment variable, or the command line.</param>
public sealed record Setting(OptionEntry Option, object? Value, string Origin);
