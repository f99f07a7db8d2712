namespace Zepto.Query.Tests.Statements.Formats;

public sealed class JsonRowsReaderTests : IDisposable
{
    private readonly InsertFixture _insert = new();

    public void Dispose() => _insert.Dispose();

    [Theory]
    [InlineData("""{"symbol":"A","price":1,"volume":2,"timestamp":3}""" + "\n" + """{"symbol":"B","price":-4,"volume":5,"timestamp":6}""")]
    [InlineData("""{"timestamp":"3","volume":"2","price":1.0,"symbol":"A"} {"price":-4,"symbol":"B","timestamp":6,"volume":5}""")]
    [InlineData("""[{"symbol":"A","price":1,"volume":2,"timestamp":3},{"symbol":"B","price":-4,"volume":5,"timestamp":"1970-01-01 00:00:00.000000006"}]""")]
    [InlineData("""{"sym\u0062ol":"\u0041","price":1,"x":{"y":[1,2]},"volume":2,"z":[],"timestamp":3}{"symbol":"B","price":-4e0,"volume":5,"timestamp":6}""" + "\r\n")]
    public void Read_AnyWayOfWriting_GivesTheSameRows(string data) => Assert.Equal("A|1|2|3;B|-4|5|6", _insert.Rows("INSERT INTO trades FORMAT JSONEachRow\n" + data));

    [Fact]
    public void Read_MissingKeys_TakeDefaults()
    {
        Assert.Equal("1|7|0.5|é'|true|NULL|NULL;2|NULL|1.5|x\"y\n|false|3|NULL", _insert.Rows(
            """INSERT INTO d FORMAT JSONEachRow {"n":1} {"n":2,"i":null,"f":1.5,"s":"x\"y\n","b":false,"x":3}"""));
        Assert.Equal($"A|NULL|NULL|{InsertFixture.NowNs}", _insert.Rows("""INSERT INTO trades FORMAT JSONEachRow {"symbol":"A"}"""));
        Assert.Equal("", _insert.Rows("INSERT INTO trades FORMAT JSONEachRow"));
        Assert.Equal("", _insert.Rows("INSERT INTO trades FORMAT JSONEachRow []"));
    }

    [Fact]
    public void Read_NumberForASymbol_IsAnId()
    {
        Assert.Equal("3|1|NULL|5", _insert.Rows("""INSERT INTO trades FORMAT JSONEachRow {"symbol":3,"price":1,"timestamp":5}"""));
        Assert.Equal(3, _insert.Database.Symbols.Count);
    }

    [Theory]
    [InlineData("""{"symbol":"A"} {"symbol":"B","price":1.5}""", "Row 2, column price: 1.5 does not fit INT64")]
    [InlineData("""{"symbol":"A","price":"x"}""", "Row 1, column price: 'x' does not fit INT64")]
    [InlineData("""{"symbol":"A","price":{}}""", "Row 1, column price: an object does not fit INT64")]
    [InlineData("""{"symbol":"A","price":[1]}""", "Row 1, column price: an array does not fit INT64")]
    [InlineData("""{"symbol":"A","price":true}""", "Row 1, column price: true does not fit INT64")]
    [InlineData("""{"symbol":null}""", "Row 1, column symbol: NULL is not allowed")]
    [InlineData("""{"price":1}""", "Row 1, column symbol: NULL is not allowed")]
    [InlineData("""{"symbol":0}""", "Row 1, column symbol: 0 is no symbol id; ids begin at 1")]
    [InlineData("""{"symbol":1e400}""", "Row 1, column symbol: 1e400 does not fit SYMBOL")]
    [InlineData("""{"symbol":"A","symbol":"B"}""", "Row 1, column symbol: the key stands twice")]
    [InlineData("""{"symbol":"A"} 5""", "Row 2: 5 is no JSON object")]
    [InlineData("""{"symbol":"A"} [[]]""", "Row 2: an array is no JSON object")]
    [InlineData("{\"symbol\":\"A\"}\n{\"symbol\":\"B\"", "Row 2: not valid JSON at line 2, byte 14 of it")]
    [InlineData("""{"symbol":"\ud800"}""", "Row 1: a JSON text is not valid Unicode")]
    public void Read_Wrong_IsRefused(string data, string message) =>
        Assert.Equal(message, _insert.Error("INSERT INTO trades FORMAT JSONEachRow\n" + data).Message);
}
