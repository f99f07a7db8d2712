using System.Diagnostics;
using System.Runtime.CompilerServices;
using Zepto.Query.Vectors;
using Zepto.Storage.Dictionaries;
using Zepto.Storage.Schema;

namespace Zepto.Query.Execution.Sorting;

/// <summary>Copies values of one column between vectors and plain memory, one typed loop per width.</summary>
internal static unsafe class ColumnCopy
{
    /// <summary>Copies <paramref name="count"/> rows from <paramref name="start"/> on; a constant is written out.</summary>
    public static void Rows(in Vector source, int start, int count, void* target)
    {
        Debug.Assert((uint)start <= (uint)source.RowCount && count <= source.RowCount - start);
        var width = Vector.WidthBytes(source.Kind);
        if (!source.IsConstant)
        {
            Buffer.MemoryCopy((byte*)source.Data + (long)start * width, target, (long)count * width, (long)count * width);
            return;
        }

        switch (width)
        {
            case 8:
                new Span<long>(target, count).Fill(*(long*)source.Data);
                break;
            case 4:
                new Span<int>(target, count).Fill(*(int*)source.Data);
                break;
            case 1:
                new Span<byte>(target, count).Fill(*(byte*)source.Data);
                break;
            default:
                new Span<TextRef>(target, count).Fill(*(TextRef*)source.Data);
                break;
        }
    }

    /// <summary>Copies the rows whose numbers are given.</summary>
    public static void Selected(in Vector source, int* rows, int count, void* target)
    {
        if (source.IsConstant)
        {
            Rows(source, 0, Math.Min(count, source.RowCount), target);
            return;
        }

        switch (Vector.WidthBytes(source.Kind))
        {
            case 8:
                Selected((long*)source.Data, rows, count, (long*)target);
                break;
            case 4:
                Selected((int*)source.Data, rows, count, (int*)target);
                break;
            case 1:
                Selected((byte*)source.Data, rows, count, (byte*)target);
                break;
            default:
                Selected((TextRef*)source.Data, rows, count, (TextRef*)target);
                break;
        }
    }

    /// <summary>Writes NULLs.</summary>
    public static void FillNull(VectorKind kind, void* target, int count)
    {
        switch (kind)
        {
            case VectorKind.Int64:
                new Span<long>(target, count).Fill(Nulls.Int64);
                break;
            case VectorKind.Float64:
                new Span<long>(target, count).Fill(Nulls.Float64Bits);
                break;
            case VectorKind.Bool:
                new Span<byte>(target, count).Fill(Nulls.Bool);
                break;
            case VectorKind.Code:
                new Span<int>(target, count).Clear();
                break;
            default:
                new Span<TextRef>(target, count).Clear();
                break;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Selected<T>(T* source, int* rows, int count, T* target) where T : unmanaged
    {
        for (var i = 0; i < count; i++)
            target[i] = source[rows[i]];
    }
}
