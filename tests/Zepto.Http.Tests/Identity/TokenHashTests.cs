using System.Reflection;
using System.Security.Cryptography;
using Zepto.Http.Identity;

namespace Zepto.Http.Tests.Identity;

public sealed class TokenHashTests
{
    [Fact]
    public void Equals_AnyDifferingByte_IsFalse()
    {
        byte[] bytes = SHA256.HashData("secret"u8);
        Assert.True(TokenHash.TryParse(Convert.ToHexString(bytes), out TokenHash hash));
        Assert.True(hash == TokenHash.Of("secret"u8));
        for (int i = 0; i < bytes.Length; i++)
        {
            byte[] other = [.. bytes];
            other[i] ^= 1;
            Assert.True(TokenHash.TryParse(Convert.ToHexString(other), out TokenHash different));
            Assert.True(hash != different && !hash.Equals(different));
        }
    }

    // How long it takes cannot be tested on a busy machine; that it is the comparison made for it can.
    [Fact]
    public void Equals_ComparesInConstantTime()
    {
        MethodInfo equals = typeof(TokenHash).GetMethod(nameof(TokenHash.Equals), [typeof(TokenHash)])!;
        byte[] code = equals.GetMethodBody()!.GetILAsByteArray()!;
        const byte Call = 0x28;
        List<MethodBase?> called = [];
        for (int i = 0; i <= code.Length - 5; i++)
        {
            if (code[i] != Call) continue;
            int token = BitConverter.ToInt32(code, i + 1);
            try
            {
                called.Add(equals.Module.ResolveMethod(token));
                i += 4;
            }
            catch (ArgumentException)
            {
                // Not a call, but a part of something else with the same byte.
            }
        }
        Assert.Contains(called, method => method?.DeclaringType == typeof(CryptographicOperations) && method.Name == nameof(CryptographicOperations.FixedTimeEquals));
    }
}
