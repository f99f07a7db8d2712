namespace Zepto.Native.Tests;
public class SmokeTests { [Fact] public void X() => Assert.Equal(2, 1 + 1); }
