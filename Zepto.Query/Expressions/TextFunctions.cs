using System.Buffers;
using System.Text;
using Zepto.Query.Vectors;
using Zepto.Storage.Dictionaries;
using Zepto.Storage.Schema;

namespace Zepto.Query.Expressions;

/// <summary>substr, length, lower, upper, concat, trim, replace, startsWith, endsWith, position; lengths and positions count code points.</summary>
internal static class TextFunctions
{
    public static void Register(Dictionary<string, FunctionFactory> functions)
    {
        functions["length"] = functions["char_length"] = functions["lengthUTF8"] = (name, args, position) =>
            new Map<TextLength, TextRef, long>(default, Text(name, args, position), ColumnType.Int64);
        functions["lower"] = functions["lcase"] = functions["lowerUTF8"] = (name, args, position) =>
            new Map<ChangeCase, TextRef, TextRef>(new ChangeCase(upper: false), Text(name, args, position), ColumnType.String);
        functions["upper"] = functions["ucase"] = functions["upperUTF8"] = (name, args, position) =>
            new Map<ChangeCase, TextRef, TextRef>(new ChangeCase(upper: true), Text(name, args, position), ColumnType.String);
        functions["trim"] = functions["trimBoth"] = (name, args, position) =>
            new Map<TrimText, TextRef, TextRef>(new TrimText(start: true, end: true), Text(name, args, position), ColumnType.String);
        functions["ltrim"] = functions["trimLeft"] = (name, args, position) =>
            new Map<TrimText, TextRef, TextRef>(new TrimText(start: true, end: false), Text(name, args, position), ColumnType.String);
        functions["rtrim"] = functions["trimRight"] = (name, args, position) =>
            new Map<TrimText, TextRef, TextRef>(new TrimText(start: false, end: true), Text(name, args, position), ColumnType.String);
        functions["startsWith"] = functions["starts_with"] = (name, args, position) => Pair<StartsWith, byte>(name, args, ColumnType.Bool, position);
        functions["endsWith"] = functions["ends_with"] = (name, args, position) => Pair<EndsWith, byte>(name, args, ColumnType.Bool, position);
        functions["position"] = functions["strpos"] = (name, args, position) => Pair<PositionOf, long>(name, args, ColumnType.Int64, position);
        functions["substr"] = functions["substring"] = functions["mid"] = Substring;
        functions["replace"] = functions["replaceAll"] = (name, args, position) =>
        {
            ScalarFunctions.Require(name, args, 3, 3, position);
            return new ReplaceExpression(Array.ConvertAll(args, Conversions.ToText));
        };
        functions["concat"] = (name, args, position) =>
        {
            ScalarFunctions.Require(name, args, 1, int.MaxValue, position);
            return new ConcatExpression(Array.ConvertAll(args, Conversions.ToText), skipNulls: true);
        };
    }

    /// <summary>`l || r`: NULL when either is.</summary>
    public static BoundExpression Concat(BoundExpression l, BoundExpression r) =>
        new ConcatExpression([Conversions.ToText(l), Conversions.ToText(r)], skipNulls: false);

    private static BoundExpression Text(string name, BoundExpression[] args, int position)
    {
        ScalarFunctions.Require(name, args, 1, 1, position);
        return Conversions.ToText(args[0]);
    }

    private static Map2<TOp, TextRef, TextRef, TOut> Pair<TOp, TOut>(string name, BoundExpression[] args, ColumnType type, int position)
        where TOp : struct, IMap2<TextRef, TextRef, TOut>
        where TOut : unmanaged
    {
        ScalarFunctions.Require(name, args, 2, 2, position);
        return new Map2<TOp, TextRef, TextRef, TOut>(default, Conversions.ToText(args[0]), Conversions.ToText(args[1]), type);
    }

    // On a number: of its decimal text, read as a number again.
    private static BoundExpression Substring(string name, BoundExpression[] args, int position)
    {
        ScalarFunctions.Require(name, args, 2, 3, position);
        var start = Conversions.To(args[1], ColumnType.Int64, position);
        var length = args.Length == 3 ? Conversions.To(args[2], ColumnType.Int64, position) : new FixedInteger(long.MaxValue, ColumnType.Int64);
        var text = new SubstringExpression(Conversions.ToText(args[0]), start, length);
        if (args[0] is NullConstant || !TypeNames.IsNumber(args[0].Type))
            return text;
        return TypeNames.IsInteger(args[0].Type)
            ? new Map<PartToInteger, TextRef, long>(default, text, ColumnType.Int64)
            : new Map<PartToFloat, TextRef, double>(default, text, ColumnType.Float64);
    }
}

internal readonly struct TextLength : IMap<TextRef, long>
{
    public long Apply(EvaluationContext context, TextRef value) => CodePoints.Count(value.Bytes);
}

/// <summary>A part of a number's text that is empty or only a sign or point is no number: NULL.</summary>
internal readonly struct PartToInteger : IMap<TextRef, long>
{
    public static bool MakesNulls => true;

    public long Apply(EvaluationContext context, TextRef value) =>
        ValueText.TryParse(value.Bytes, round: false, out var number) ? number : Nulls.Int64;
}

/// <inheritdoc cref="PartToInteger"/>
internal readonly struct PartToFloat : IMap<TextRef, double>
{
    public static bool MakesNulls => true;

    public double Apply(EvaluationContext context, TextRef value) => ValueText.TryParse(value.Bytes, out var number) ? number : Nulls.Float64;
}

/// <summary>Simple case mapping of each code point; its UTF-8 length may change.</summary>
internal readonly unsafe struct ChangeCase(bool upper) : IMap<TextRef, TextRef>
{
    public TextRef Apply(EvaluationContext context, TextRef value)
    {
        var source = value.Bytes;
        // A code point of two bytes or more grows by at most one byte; one of one byte stays.
        var target = new Span<byte>(context.Arena.Allocate(Math.Max(source.Length * 3L / 2, 1), 1), (int)Math.Max(source.Length * 3L / 2, 1));
        var written = 0;
        while (source.Length > 0)
        {
            if (source[0] < 0x80)
            {
                var c = source[0];
                var change = upper ? c is >= (byte)'a' and <= (byte)'z' : c is >= (byte)'A' and <= (byte)'Z';
                target[written++] = change ? (byte)(c ^ 0x20) : c;
                source = source[1..];
                continue;
            }

            if (Rune.DecodeFromUtf8(source, out var rune, out var consumed) == OperationStatus.Done)
                written += (upper ? Rune.ToUpperInvariant(rune) : Rune.ToLowerInvariant(rune)).EncodeToUtf8(target[written..]);
            else
                for (var i = 0; i < consumed; i++)
                    target[written++] = source[i];
            source = source[consumed..];
        }

        fixed (byte* address = target)
            return new TextRef(address, written);
    }
}

/// <summary>Removes spaces.</summary>
internal readonly unsafe struct TrimText(bool start, bool end) : IMap<TextRef, TextRef>
{
    public TextRef Apply(EvaluationContext context, TextRef value)
    {
        var text = value.Bytes;
        if (start)
            text = text.TrimStart((byte)' ');
        if (end)
            text = text.TrimEnd((byte)' ');
        return TextSlice.Of(value, text);
    }
}

internal readonly struct StartsWith : IMap2<TextRef, TextRef, byte>
{
    public byte Apply(EvaluationContext context, TextRef left, TextRef right) => left.Bytes.StartsWith(right.Bytes) ? (byte)1 : (byte)0;
}

internal readonly struct EndsWith : IMap2<TextRef, TextRef, byte>
{
    public byte Apply(EvaluationContext context, TextRef left, TextRef right) => left.Bytes.EndsWith(right.Bytes) ? (byte)1 : (byte)0;
}

/// <summary>position(haystack, needle): 1-based code point, 0 when absent.</summary>
internal readonly struct PositionOf : IMap2<TextRef, TextRef, long>
{
    public long Apply(EvaluationContext context, TextRef left, TextRef right)
    {
        var at = left.Bytes.IndexOf(right.Bytes);
        return at < 0 ? 0 : CodePoints.Count(left.Bytes[..at]) + 1;
    }
}

/// <summary>A part of a text without a copy.</summary>
internal static unsafe class TextSlice
{
    /// <param name="whole">Text in unmanaged memory.</param>
    /// <param name="part">A slice of its bytes.</param>
    public static TextRef Of(TextRef whole, ReadOnlySpan<byte> part)
    {
        // An empty slice may have lost its address; the whole's keeps it from being NULL.
        fixed (byte* address = part.IsEmpty ? whole.Bytes : part)
        fixed (byte* start = &System.Runtime.InteropServices.MemoryMarshal.GetReference(whole.Bytes))
            return new TextRef(part.IsEmpty ? start : address, part.Length);
    }
}
