using System.Text.Json.Serialization;

namespace Zepto.Http.Identity;

/// <summary>Serialisers of the stored documents, made at compile time; property names in snake_case.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, WriteIndented = true, RespectNullableAnnotations = true,
    RespectRequiredConstructorParameters = true, AllowDuplicateProperties = false)]
[JsonSerializable(typeof(KeyDocument))]
[JsonSerializable(typeof(TenantDocument))]
internal sealed partial class IdentityJson : JsonSerializerContext;
