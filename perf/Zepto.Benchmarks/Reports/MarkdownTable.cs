using System.Text;

namespace Zepto.Benchmarks.Reports;

/// <summary>A table of a report; the first column is text, the others are numbers or short texts set to the right.</summary>
internal sealed class MarkdownTable(params string[] titles)
{
    private readonly List<string[]> _rows = [];

    public void Add(params string[] cells) => _rows.Add(cells);

    public override string ToString()
    {
        var text = new StringBuilder();
        Line(titles);
        text.Append('|').Append("---|").AppendJoin("", Enumerable.Repeat("---:|", titles.Length - 1)).Append('\n');
        foreach (var row in _rows)
            Line(row);
        return text.ToString();

        void Line(string[] cells) => text.Append("| ").AppendJoin(" | ", cells).Append(" |\n");
    }
}
