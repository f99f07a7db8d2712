using Zepto.Query.Syntax;
using Zepto.Query.Vectors;
using Zepto.Storage.Dictionaries;
using Zepto.Storage.Schema;

namespace Zepto.Query.Expressions;

/// <summary>Expressions that bring an operand to another type: what CAST does, and what operators do to unlike operands.</summary>
internal static class Conversions
{
    /// <summary>CAST to a type; throws a type error where there is no such conversion.</summary>
    public static BoundExpression To(BoundExpression x, ColumnType type, int position)
    {
        if (x is NullConstant)
            return new NullConstant(type, isUntyped: false);
        return type switch
        {
            ColumnType.Int64 => ToInteger(x, position),
            ColumnType.Int32 => new Map<NarrowToInt32, long, long>(default, ToInteger(x, position), ColumnType.Int32),
            ColumnType.Float64 => ToFloat(x, position),
            ColumnType.Float32 => new Map<NarrowToSingle, double, double>(default, ToFloat(x, position), ColumnType.Float32),
            ColumnType.Timestamp => ToTimestamp(x, position),
            ColumnType.Bool => ToBool(x, position),
            ColumnType.Symbol when x.Type == ColumnType.Symbol => x,
            _ => ToText(x),
        };
    }

    /// <summary>INT64; a symbol gives its id, a time its ns.</summary>
    public static BoundExpression ToInteger(BoundExpression x, int position)
    {
        switch (x.Type)
        {
            case ColumnType.Int64: return x;
            case ColumnType.Int32 or ColumnType.Timestamp: return new Retyped(x, ColumnType.Int64);
            case ColumnType.Float64 or ColumnType.Float32: return new Map<FloatToInteger, double, long>(default, x, ColumnType.Int64);
            case ColumnType.Bool: return new Map<BoolToInteger, byte, long>(default, x, ColumnType.Int64);
            case ColumnType.Symbol when x.Kind == VectorKind.Code: return new Map<CodeToInteger, int, long>(default, x, ColumnType.Int64);
            case ColumnType.String: return new Map<TextToInteger, TextRef, long>(default, Flat(x), ColumnType.Int64);
            default: throw Impossible(x, ColumnType.Int64, position);
        }
    }

    /// <summary>FLOAT64.</summary>
    public static BoundExpression ToFloat(BoundExpression x, int position) => x.Type switch
    {
        ColumnType.Float64 => x,
        ColumnType.Float32 => new Retyped(x, ColumnType.Float64),
        ColumnType.String => new Map<TextToFloat, TextRef, double>(default, Flat(x), ColumnType.Float64),
        ColumnType.Symbol => throw Impossible(x, ColumnType.Float64, position),
        _ => new IntegerToFloat(ToInteger(x, position)),
    };

    /// <summary>TIMESTAMP_NS; integers are ns.</summary>
    public static BoundExpression ToTimestamp(BoundExpression x, int position) => x.Type switch
    {
        ColumnType.Timestamp => x,
        ColumnType.Int64 or ColumnType.Int32 => new Retyped(x, ColumnType.Timestamp),
        ColumnType.Float64 or ColumnType.Float32 => new Retyped(ToInteger(x, position), ColumnType.Timestamp),
        ColumnType.String => new Map<TextToTimestamp, TextRef, long>(default, Flat(x), ColumnType.Timestamp),
        _ => throw Impossible(x, ColumnType.Timestamp, position),
    };

    /// <summary>BOOL; numbers are true unless zero.</summary>
    public static BoundExpression ToBool(BoundExpression x, int position)
    {
        if (x is NullConstant)
            return new NullConstant(ColumnType.Bool, isUntyped: false);
        return x.Type switch
        {
            ColumnType.Bool => x,
            ColumnType.Int64 or ColumnType.Int32 => new Map<IntegerToBool, long, byte>(default, x, ColumnType.Bool),
            ColumnType.Float64 or ColumnType.Float32 => new Map<FloatToBool, double, byte>(default, x, ColumnType.Bool),
            ColumnType.String => new Map<TextToBool, TextRef, byte>(default, Flat(x), ColumnType.Bool),
            _ => throw Impossible(x, ColumnType.Bool, position),
        };
    }

    /// <summary>STRING in Text form.</summary>
    public static BoundExpression ToText(BoundExpression x) => x switch
    {
        NullConstant => new NullConstant(ColumnType.String, isUntyped: false),
        _ => x.Type switch
        {
            ColumnType.String or ColumnType.Symbol => Flat(x),
            ColumnType.Float64 => new Map<FloatToText, double, TextRef>(default, x, ColumnType.String),
            ColumnType.Float32 => new Map<SingleToText, double, TextRef>(default, x, ColumnType.String),
            ColumnType.Timestamp => new Map<TimestampToText, long, TextRef>(default, x, ColumnType.String),
            ColumnType.Bool => new Map<BoolToText, byte, TextRef>(default, x, ColumnType.String),
            _ => new Map<IntegerToText, long, TextRef>(default, x, ColumnType.String),
        },
    };

    /// <summary>Codes resolved to their texts; Text stays.</summary>
    public static BoundExpression Flat(BoundExpression x) =>
        x.Kind == VectorKind.Code ? new CodeText(x) : x.Type == ColumnType.Symbol ? new Retyped(x, ColumnType.String) : x;

    /// <summary>The conversion does not exist.</summary>
    public static SqlException Impossible(BoundExpression x, ColumnType type, int position) =>
        SqlException.Type($"cannot convert {TypeNames.Keyword(x.Type)} to {TypeNames.Keyword(type)}", position);
}

/// <summary>Texts of codes.</summary>
internal sealed unsafe class CodeText(BoundExpression operand) : BoundExpression(ColumnType.String, VectorKind.Text, operand.Nullable)
{
    private readonly BoundExpression[] _operands = [operand];

    public override bool IsConstant => _operands[0].IsConstant;

    public override ReadOnlySpan<BoundExpression> Operands => _operands;

    public override Vector Evaluate(EvaluationContext context)
    {
        var input = _operands[0].Evaluate(context);
        var codes = input.Codes;
        var target = context.Arena.Allocate<TextRef>(codes.Length);
        var dictionary = input.Dictionary;
        for (var i = 0; i < codes.Length; i++)
            target[i] = codes[i] == 0 ? default : dictionary!.Text(codes[i]);
        return ConstantVectors.Like(input, VectorKind.Text, target, input.MayHaveNulls);
    }
}

internal readonly struct NarrowToInt32 : IMap<long, long>
{
    public static bool CanFail => true;

    public long Apply(EvaluationContext context, long value) =>
        value is >= int.MinValue and <= int.MaxValue ? value : throw SqlException.Value($"{value} is out of range for INT32");
}

internal readonly struct NarrowToSingle : IMap<double, double>
{
    public static bool CanFail => true;

    public double Apply(EvaluationContext context, double value)
    {
        var single = (float)value;
        if (float.IsInfinity(single) && !double.IsInfinity(value))
            throw SqlException.Value($"{value} is out of range for FLOAT32");
        return single;
    }
}

internal readonly struct FloatToInteger : IMap<double, long>
{
    public static bool CanFail => true;

    public long Apply(EvaluationContext context, double value) =>
        ValueText.TryRound(value, out var rounded) ? rounded : throw SqlException.Value($"{value} is out of range for INT64");
}

internal readonly struct BoolToInteger : IMap<byte, long>
{
    public long Apply(EvaluationContext context, byte value) => value;
}

internal readonly struct CodeToInteger : IMap<int, long>
{
    public long Apply(EvaluationContext context, int value) => value;
}

internal readonly struct IntegerToBool : IMap<long, byte>
{
    public byte Apply(EvaluationContext context, long value) => value != 0 ? (byte)1 : (byte)0;
}

internal readonly struct FloatToBool : IMap<double, byte>
{
    public byte Apply(EvaluationContext context, double value) => value != 0 ? (byte)1 : (byte)0;
}

internal readonly struct TextToInteger : IMap<TextRef, long>
{
    public static bool CanFail => true;

    public long Apply(EvaluationContext context, TextRef value) =>
        ValueText.TryParse(value.Bytes, round: true, out var number) ? number : throw SqlException.Value($"Cannot convert {ValueText.Quote(value.Bytes)} to INT64");
}

internal readonly struct TextToFloat : IMap<TextRef, double>
{
    public static bool CanFail => true;

    public double Apply(EvaluationContext context, TextRef value) =>
        ValueText.TryParse(value.Bytes, out var number) ? number : throw SqlException.Value($"Cannot convert {ValueText.Quote(value.Bytes)} to a number");
}

internal readonly struct TextToTimestamp : IMap<TextRef, long>
{
    public static bool CanFail => true;

    public long Apply(EvaluationContext context, TextRef value) =>
        TimestampReader.TryParse(value.Bytes, out var ns)
            ? ns
            : throw SqlException.Value($"Cannot convert {ValueText.Quote(value.Bytes)} to a timestamp; expected 'YYYY-MM-DD[ HH:MM:SS[.fffffffff]]'");
}

internal readonly struct TextToBool : IMap<TextRef, byte>
{
    public static bool CanFail => true;

    public byte Apply(EvaluationContext context, TextRef value)
    {
        var text = value.Bytes.Trim((byte)' ');
        if (Is(text, "true"u8) || Is(text, "t"u8) || Is(text, "1"u8))
            return 1;
        if (Is(text, "false"u8) || Is(text, "f"u8) || Is(text, "0"u8))
            return 0;
        throw SqlException.Value($"Cannot convert {ValueText.Quote(value.Bytes)} to BOOL");
    }

    private static bool Is(ReadOnlySpan<byte> text, ReadOnlySpan<byte> word) => System.Text.Ascii.EqualsIgnoreCase(text, word);
}

internal readonly struct IntegerToText : IMap<long, TextRef>
{
    public TextRef Apply(EvaluationContext context, long value)
    {
        Span<byte> text = stackalloc byte[ValueText.MaxBytes];
        return ConstantVectors.Copy(context, text[..ValueText.Write(value, text)]);
    }
}

internal readonly struct FloatToText : IMap<double, TextRef>
{
    public TextRef Apply(EvaluationContext context, double value)
    {
        Span<byte> text = stackalloc byte[ValueText.MaxBytes];
        return ConstantVectors.Copy(context, text[..ValueText.Write(value, text)]);
    }
}

/// <summary>FLOAT32: the shortest text of the single, not of the double that it was widened to.</summary>
internal readonly struct SingleToText : IMap<double, TextRef>
{
    public TextRef Apply(EvaluationContext context, double value)
    {
        Span<byte> text = stackalloc byte[ValueText.MaxBytes];
        ((float)value).TryFormat(text, out var length, "R", System.Globalization.CultureInfo.InvariantCulture);
        var shortest = System.Buffers.Text.Utf8Parser.TryParse(text[..length], out double number, out _) ? number : value;
        return ConstantVectors.Copy(context, text[..ValueText.Write(shortest, text)]);
    }
}

internal readonly struct TimestampToText : IMap<long, TextRef>
{
    public TextRef Apply(EvaluationContext context, long value)
    {
        Span<byte> text = stackalloc byte[ValueText.MaxBytes];
        return ConstantVectors.Copy(context, text[..ValueText.WriteTimestamp(value, text)]);
    }
}

internal readonly struct BoolToText : IMap<byte, TextRef>
{
    public TextRef Apply(EvaluationContext context, byte value)
    {
        Span<byte> text = stackalloc byte[ValueText.MaxBytes];
        return ConstantVectors.Copy(context, text[..ValueText.Write(value == 1, text)]);
    }
}
