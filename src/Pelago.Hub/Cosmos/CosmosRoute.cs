// SPDX-License-Identifier: Apache-2.0

using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;
using Pelago.Kube;

namespace Pelago.Hub.Cosmos;

/// <summary>One endpoint of Cosmos: what is sent to it, what it answers, and who makes the answer.</summary>
/// <param name="Kind">Of its media types: <c>package.search</c>.</param>
/// <param name="Versions">Of its answers.</param>
/// <param name="Fields">What a request has: <c>name:type</c>, the type one of s(tring), o(bject), b(oolean) and i(nteger); with <c>!</c> it is required.</param>
internal sealed record CosmosRoute(string Kind, int[] Versions, string Fields, Func<CosmosCall, Task<JsonObject>> Handle)
{
    private const int MaxBody = 4 * 1024 * 1024;

    public CosmosMediaType Request { get; } = new($"{Kind}-request", 1);

    public IReadOnlyList<CosmosMediaType> Answers { get; } = [.. Versions.Select(version => new CosmosMediaType($"{Kind}-response", version))];

    /// <summary>The body and the form of the answer. All that is wrong with a request is said at once.</summary>
    public async Task<(JsonObject Body, CosmosMediaType Answer)> ReadAsync(HttpRequest request, CancellationToken cancel)
    {
        var errors = new List<CosmosError>();
        string accept = request.Headers.Accept.ToString(), type = request.ContentType ?? "";
        CosmosMediaType? answer = CosmosMediaType.Choose(accept, Answers);
        if (accept.Length == 0)
            errors.Add(CosmosErrors.NotPresent("header 'Accept'"));
        else if (answer is null)
            errors.Add(CosmosErrors.NotValid("header 'Accept'", $"it takes none of what is offered, which is {string.Join(", ", Answers)}"));
        if (type.Length == 0)
            errors.Add(CosmosErrors.NotPresent("header 'Content-Type'"));
        else if (!Request.IsIn(type))
            errors.Add(CosmosErrors.NotValid("header 'Content-Type'", $"it should be {Request}"));
        JsonObject? body = Parse(await BytesAsync(request, cancel), errors);
        return errors.Count > 0 ? throw CosmosErrors.Together(errors) : (body!, answer!);
    }

    private JsonObject? Parse(byte[]? bytes, List<CosmosError> errors)
    {
        if (bytes is null)
        {
            errors.Add(CosmosErrors.NotParsed("body", $"it has more than {MaxBody} bytes"));
            return null;
        }

        if (bytes.Length == 0)
        {
            errors.Add(CosmosErrors.NotPresent("body"));
            return null;
        }

        try
        {
            JsonObject body = KubeJson.ParseObject(bytes);
            if (Fields.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(field => Objection(body, field)).FirstOrDefault(objection => objection is not null) is not { } wrong)
                return body;
            errors.Add(CosmosErrors.NotParsed("body", wrong));
        }
        catch (JsonException fault)
        {
            errors.Add(CosmosErrors.NotParsed("body", fault.Message));
        }

        return null;
    }

    /// <summary>A field that is null is one that is not there.</summary>
    private static string? Objection(JsonObject body, string field)
    {
        string[] parts = field.Split(':');
        bool isRequired = parts[0].EndsWith('!');
        string name = parts[0].TrimEnd('!');
        JsonNode? value = body[name];
        if (value is null)
            return isRequired ? $"{name} is missing" : null;
        JsonValueKind kind = value.GetValueKind();
        bool fits = parts[1] switch
        {
            "s" => kind == JsonValueKind.String,
            "o" => kind == JsonValueKind.Object,
            "b" => kind is JsonValueKind.True or JsonValueKind.False,
            _ => kind == JsonValueKind.Number && body.Integer(name) is not null,
        };
        return fits ? null : $"{name} should be {parts[1] switch { "s" => "a string", "o" => "an object", "b" => "true or false", _ => "a whole number" }}";
    }

    private static async Task<byte[]?> BytesAsync(HttpRequest request, CancellationToken cancel)
    {
        byte[] buffer = new byte[4096];
        int length = 0;
        for (int read = await request.Body.ReadAsync(buffer, cancel); read > 0; read = await request.Body.ReadAsync(buffer.AsMemory(length), cancel))
        {
            length += read;
            if (length > MaxBody)
                return null;
            if (length == buffer.Length)
                Array.Resize(ref buffer, 2 * length);
        }

        return buffer[..length];
    }
}
