using Zepto.Http.Endpoints;
using Zepto.Http.Hosting;
using Zepto.Storage;
using Zepto.Storage.Schema;

namespace Zepto.Http.Tests.Hosting;

/// <summary>Starts without a log in a directory that refuses its next manifest, as a full disk does.</summary>
public sealed class DatabaseEngineTests : IDisposable
{
    private readonly string _root = Directory.CreateTempSubdirectory("zepto").FullName;

    private string DataDir => Path.Combine(_root, "data");

    private string Obstacle => Path.Combine(DataDir, "MANIFEST.tmp");

    [Fact]
    public void Open_BuiltInTablesCannotBeMade_IsRefusedAndTheNextStartMakesThem()
    {
        Database.Open(new DatabaseOptions { DataDirectory = DataDir }).Dispose();
        AssertRefused();
        Assert.Equal(["quotes", "trades"], TablesAfterStart());
    }

    [Fact]
    public void Open_FirstStartMadeOnlyOneTable_MakesTheOther()
    {
        Change(database => database.CreateTable(new TableDefinition("trades", [new("price", ColumnType.Int64)])));
        AssertRefused();
        Assert.Equal(["quotes", "trades"], TablesAfterStart());
    }

    [Fact]
    public void Open_TableDroppedLater_DoesNotComeBack()
    {
        Assert.Equal(["quotes", "trades"], TablesAfterStart());
        Change(database => database.DropTable("quotes"));
        Assert.Equal(["trades"], TablesAfterStart());
        Change(database => database.DropTable("trades"));
        Assert.Equal([], TablesAfterStart());
    }

    public void Dispose() => Directory.Delete(_root, recursive: true);

    // That the directory can be opened again afterwards shows that the engine let go of it.
    private void AssertRefused()
    {
        Directory.CreateDirectory(Obstacle);
        Assert.Contains(DataDir, Assert.Throws<EngineOpenException>(() => { Start().Dispose(); }).Message);
        Directory.Delete(Obstacle);
    }

    private DatabaseEngine Start() =>
        DatabaseEngine.Open(new ServerOptions { DataDir = DataDir, Durability = Durability.Off, Pin = false, QueryThreads = 1 }, new ServerLog(TextWriter.Null, LogFormat.Text, LogLevel.Error));

    private string[] TablesAfterStart()
    {
        Start().Dispose();
        string[] names = [];
        Change(database => names = [.. database.Catalog.Tables.Select(table => table.Name).Order(StringComparer.Ordinal)]);
        return names;
    }

    private void Change(Action<Database> change)
    {
        using Database database = Database.Open(new DatabaseOptions { DataDirectory = DataDir, Durability = Durability.Off });
        change(database);
    }
}
