using System.Text;
using System.Text.Unicode;
using Zepto.Query.Expressions;
using Zepto.Query.Syntax;
using Zepto.Storage.Schema;

namespace Zepto.Query.Statements;

/// <summary>DEFAULT of a column: from the value of its expression, and back to text.</summary>
internal static class ColumnDefaults
{
    /// <summary>What to store for a column of a type; null for NULL, which a column without DEFAULT takes too. SqlException when the value does not fit.</summary>
    public static ColumnDefault? Of(scoped in InputValue value, ColumnType type)
    {
        if (value.IsNull)
            return null;
        bool fits;
        switch (type)
        {
            case ColumnType.Int64:
                fits = ColumnFit.TryInt64(value, out var wide);
                return fits ? new ColumnDefault(wide, 0, null) : throw ColumnFit.Misfit(value, type);
            case ColumnType.Int32:
                fits = ColumnFit.TryInt32(value, out var narrow);
                return fits ? new ColumnDefault(narrow, 0, null) : throw ColumnFit.Misfit(value, type);
            case ColumnType.Timestamp:
                fits = ColumnFit.TryTimestamp(value, out var ns);
                return fits ? new ColumnDefault(ns, 0, null) : throw ColumnFit.Misfit(value, type);
            case ColumnType.Bool:
                fits = ColumnFit.TryBool(value, out var truth);
                return fits ? new ColumnDefault(truth, 0, null) : throw ColumnFit.Misfit(value, type);
            case ColumnType.Float64:
                fits = ColumnFit.TryFloat64(value, out var number) && double.IsFinite(number);
                return fits ? new ColumnDefault(0, number, null) : throw ColumnFit.Misfit(value, type);
            case ColumnType.Float32:
                fits = ColumnFit.TryFloat32(value, out var single) && float.IsFinite(single);
                return fits ? new ColumnDefault(0, single, null) : throw ColumnFit.Misfit(value, type);
        }

        if (value.Type == ColumnType.String)
            return Utf8.IsValid(value.Text) ? new ColumnDefault(0, 0, Encoding.UTF8.GetString(value.Text)) : throw SqlException.Value("the text is not valid UTF-8");
        return type == ColumnType.Symbol && ColumnFit.TrySymbolId(value, out var id) ? new ColumnDefault(id, 0, null) : throw ColumnFit.Misfit(value, type);
    }

    /// <summary>The constant as SQL that gives the same default again.</summary>
    public static string TextOf(ColumnDefault value, ColumnType type)
    {
        if (type == ColumnType.Timestamp)
        {
            Span<byte> text = stackalloc byte[ValueText.MaxBytes];
            return $"'{Encoding.UTF8.GetString(text[..ValueText.WriteTimestamp(value.Integer, text)])}'";
        }

        var kind = type switch
        {
            ColumnType.Float64 or ColumnType.Float32 => LiteralKind.Float,
            ColumnType.Bool => LiteralKind.Bool,
            ColumnType.String or ColumnType.Symbol when value.Text is not null => LiteralKind.Text,
            _ => LiteralKind.Integer,
        };
        return ExpressionText.Of(new Literal(0, kind, -1, value.Integer, value.Float, value.Text is null ? null : Encoding.UTF8.GetBytes(value.Text)));
    }
}
