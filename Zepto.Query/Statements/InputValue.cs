using System.Globalization;
using System.Text;
using Zepto.Query.Expressions;
using Zepto.Query.Vectors;
using Zepto.Storage.Schema;

namespace Zepto.Query.Statements;

/// <summary>One value on its way into a column: a literal or what a constant expression gave. Its spans belong to whoever made it.</summary>
internal ref struct InputValue
{
    /// <summary>Int64, Float64, String, Bool or Timestamp; narrower types are widened before.</summary>
    public ColumnType Type;

    /// <summary>Whether it is NULL; then nothing else counts.</summary>
    public bool IsNull;

    /// <summary>Value of Int64 and Timestamp, 0 or 1 of Bool.</summary>
    public long Integer;

    /// <summary>Value of Float64.</summary>
    public double Float;

    /// <summary>Contents of String.</summary>
    public ReadOnlySpan<byte> Text;

    /// <summary>A number as written, for exact decimals and messages; empty for computed values.</summary>
    public ReadOnlySpan<byte> Source;

    /// <summary>The stored value at an index of a computed column; its text is valid as long as the vector.</summary>
    public static InputValue Of(ColumnType type, scoped in Vector vector, int index)
    {
        var value = new InputValue { IsNull = ConstantVectors.IsNullAt(vector, index) };
        if (value.IsNull)
            return value;
        switch (vector.Kind)
        {
            case VectorKind.Int64:
                value.Type = type == ColumnType.Timestamp ? ColumnType.Timestamp : ColumnType.Int64;
                value.Integer = vector.Int64[index];
                break;
            case VectorKind.Float64:
                value.Type = ColumnType.Float64;
                value.Float = vector.Float64[index];
                break;
            case VectorKind.Bool:
                value.Type = ColumnType.Bool;
                value.Integer = vector.Bool[index];
                break;
            default:
                value.Type = ColumnType.String;
                value.Text = ConstantVectors.TextAt(vector, index).Bytes;
                break;
        }

        return value;
    }

    /// <summary>The value for a one-line message.</summary>
    public readonly string Shown()
    {
        if (IsNull)
            return "NULL";
        if (!Source.IsEmpty)
            return ValueText.OneLine(Source);
        switch (Type)
        {
            case ColumnType.String:
                return ValueText.Quote(Text);
            case ColumnType.Bool:
                return Integer != 0 ? "true" : "false";
            case ColumnType.Int64:
                return Integer.ToString(CultureInfo.InvariantCulture);
        }

        Span<byte> text = stackalloc byte[ValueText.MaxBytes];
        var length = Type == ColumnType.Timestamp ? ValueText.WriteTimestamp(Integer, text) : ValueText.Write(Float, text);
        return Encoding.UTF8.GetString(text[..length]);
    }
}
