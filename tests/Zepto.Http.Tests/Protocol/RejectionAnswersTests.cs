using System.Text;
using System.Text.Json;
using Zepto.Http.Protocol;

namespace Zepto.Http.Tests.Protocol;

public sealed class RejectionAnswersTests
{
    [Fact]
    public void Status_OfEveryRejection_IsAnErrorWithWordsOfItsOwn()
    {
        HashSet<string> seen = [];
        foreach (RequestRejection rejection in Enum.GetValues<RequestRejection>())
        {
            if (rejection == RequestRejection.None) continue;
            int status = RejectionAnswers.Status(rejection, out ReadOnlySpan<byte> body);
            Assert.InRange(status, 400, 599);
            string text = Encoding.UTF8.GetString(body);
            using JsonDocument json = JsonDocument.Parse(text);
            Assert.NotEqual("Bad request", json.RootElement.GetProperty("error").GetString());
            Assert.True(seen.Add(text), $"{rejection} shares its words");
        }
    }
}
