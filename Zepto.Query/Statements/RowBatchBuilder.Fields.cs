using System.Text;
using Zepto.Query.Expressions;
using Zepto.Storage.Schema;

namespace Zepto.Query.Statements;

/// <summary>Values that come as text of the column's type, as CSV, TabSeparated and quoted JSON have them.</summary>
internal sealed unsafe partial class RowBatchBuilder
{
    /// <summary>
    /// Sets a value from the text of a field: numbers, times as `YYYY-MM-DD[ HH:MM:SS[.f]]` or ns, true and false; of a SYMBOL always the
    /// name. SqlException naming row and column when it does not fit.
    /// </summary>
    public void StoreField(ReadOnlySpan<byte> text, int column, int row)
    {
        switch (_slots[column].Type)
        {
            case ColumnType.Symbol or ColumnType.String:
                SetText(column, row, text);
                return;
            case ColumnType.Int64:
                if (!NumberText.TryReadInteger(text, out var integer))
                    break;
                SetInt64(column, row, integer);
                return;
            case ColumnType.Int32:
                if (!NumberText.TryReadInteger(text, out var wide) || wide is <= Nulls.Int32 or > int.MaxValue)
                    break;
                SetInt32(column, row, (int)wide);
                return;
            case ColumnType.Timestamp:
                if (!NumberText.TryReadInteger(text, out var ns) && !TimestampReader.TryParse(text, out ns))
                    break;
                SetInt64(column, row, ns);
                return;
            case ColumnType.Float64:
                if (!NumberText.TryReadDouble(text, out var number))
                    break;
                SetFloat64(column, row, number);
                return;
        }

        StoreOtherField(text, column, row);
    }

    /// <summary>The value of a field in its own right, stored as a literal of SQL would be.</summary>
    private void StoreOtherField(ReadOnlySpan<byte> text, int column, int row)
    {
        var type = _slots[column].Type;
        var end = 0;
        if (text.IsEmpty || !NumberText.TryRead(text, ref end, out var value) || end != text.Length)
        {
            value = new InputValue { Type = ColumnType.String, Text = text };
            if (type == ColumnType.Bool && (Ascii.EqualsIgnoreCase(text, "true"u8) || Ascii.EqualsIgnoreCase(text, "false"u8)))
                value = new InputValue { Type = ColumnType.Bool, Integer = (text[0] | 0x20) == 't' ? 1 : 0 };
            else if (TypeNames.IsFloat(type) && ValueText.TryParse(text, out double number))
                value = new InputValue { Type = ColumnType.Float64, Float = number, Source = text };
        }

        Store(value, column, row);
    }
}
