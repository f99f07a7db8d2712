namespace Zepto.Http.Hosting.Configuration;

/// <summary>A configuration file that cannot be used. The message is one line, names file and line, and is shown as it is.</summary>
public sealed class ConfigurationException(string message) : Exception(message);
