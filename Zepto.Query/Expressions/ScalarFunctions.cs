using Zepto.Query.Results;
using Zepto.Query.Syntax;

namespace Zepto.Query.Expressions;

/// <summary>Makes a call from typed arguments; <paramref name="name"/> is as written and goes into errors.</summary>
internal delegate BoundExpression FunctionFactory(string name, BoundExpression[] args, int position);

/// <summary>The scalar functions by name, without regard to case.</summary>
internal static class ScalarFunctions
{
    private static readonly Dictionary<string, FunctionFactory> _factories = Build();

    /// <summary>Names, for listings of functions.</summary>
    public static IReadOnlyCollection<string> Names => _factories.Keys;

    /// <summary>Whether a scalar function of that name exists.</summary>
    public static bool Exists(string name) => _factories.ContainsKey(name);

    /// <summary>A call; an unknown name and wrong arguments are SqlExceptions.</summary>
    public static BoundExpression Create(string name, IReadOnlyList<BoundExpression> args, int position)
    {
        if (!_factories.TryGetValue(name, out var factory))
            throw new SqlException(StatementErrorKind.UnknownFunction, $"Unknown function: {name}");
        return factory(name, [.. args], position);
    }

    /// <summary>Refuses a wrong number of arguments.</summary>
    internal static void Require(string name, BoundExpression[] args, int least, int most, int position)
    {
        if (args.Length >= least && args.Length <= most)
            return;
        var expected = least == most ? $"{least}" : most == int.MaxValue ? $"at least {least}" : $"{least} to {most}";
        throw SqlException.Type($"{name} takes {expected} argument{(least == 1 && most <= 1 ? "" : "s")}, not {args.Length},", position);
    }

    private static Dictionary<string, FunctionFactory> Build()
    {
        var factories = new Dictionary<string, FunctionFactory>(StringComparer.OrdinalIgnoreCase);
        NumberFunctions.Register(factories);
        TextFunctions.Register(factories);
        TimeFunctions.Register(factories);
        SpaceFunctions.Register(factories);
        ConditionalFunctions.Register(factories);
        ConversionFunctions.Register(factories);
        ServerFunctions.Register(factories);
        return factories;
    }
}
