// SPDX-License-Identifier: Apache-2.0

using System.IO;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Pelago.Kube;
using Pelago.Node.Containerd.Images.Archives;
using Pelago.Node.Images;
using Pelago.Node.Runtimes;

namespace Pelago.Node.Serving;

/// <summary>/images: which images this node has; more of them from an archive or a registry, or fewer. A name is the query parameter <c>image</c>.</summary>
internal sealed class ImageEndpoints(IImageStore? images, Func<CancellationToken, Task<ImageUse>> use, string node, TimeProvider time)
{
    private static readonly TimeSpan BodyPatience = TimeSpan.FromSeconds(60);

    public async Task ListAsync(HttpContext http)
    {
        IReadOnlyList<ImageStatus> all = await Store.ListAsync(http.RequestAborted);
        ImageUse now = await use(http.RequestAborted);
        await NodeAnswers.WriteAsync(http, new JsonObject { ["items"] = new JsonArray([.. all.Select(image => DocumentOf(image, now))]) });
    }

    /// <summary>The body is the archive, of any length.</summary>
    public async Task ImportAsync(HttpContext http)
    {
        IImageStore store = Store;
        if (http.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } limit)
            limit.MaxRequestBodySize = null;
        await using var body = new PatientStream(http.Request.Body, BodyPatience, time);
        try
        {
            IReadOnlyList<ImportedImage> imported = await store.ImportAsync(body, Asked(http, "name"), http.RequestAborted);
            await NodeAnswers.WriteAsync(http, new JsonObject
            {
                ["items"] = new JsonArray([.. imported.Select(image => new JsonObject { ["id"] = image.Id, ["names"] = Texts(image.Names) })]),
            });
        }
        catch (RuntimeException)
        {
            // Who still sends does not listen: the reason would be lost with the connection.
            await DrainAsync(body, http.RequestAborted);
            throw;
        }
    }

    public async Task PullAsync(HttpContext http)
    {
        string image = Asked(http, "image") ?? throw Nameless();
        ImageStatus pulled = await Store.PullAsync(image, [], http.RequestAborted);
        await NodeAnswers.WriteAsync(http, DocumentOf(pulled, ImageUse.Unknown));
    }

    public async Task RemoveAsync(HttpContext http)
    {
        IImageStore store = Store;
        string image = Asked(http, "image") ?? throw Nameless();
        ImageStatus found = await store.StatusAsync(image, http.RequestAborted) ?? throw new ApiStatusException(NotHere(image));
        if (found.Pinned)
            throw new ApiStatusException(Refused($"image \"{image}\" is what node {node} makes pods of itself, and stays"));
        // Of several names one may always go: what runs holds the content, and that stays.
        bool keepsAnother = found.Names.Count > 1 && ImageReference.TryParse(image) is { } name && found.Names.Contains(name);
        if (!keepsAnother && (await use(http.RequestAborted)).Of(found) is { Count: > 0 } users)
            throw new ApiStatusException(Refused($"image \"{image}\" is in use on node {node} by {string.Join(", ", users)}: delete the pod first"));
        if (!await store.RemoveAsync(image, http.RequestAborted))
            throw new ApiStatusException(NotHere(image));
        await NodeAnswers.WriteAsync(http, new JsonObject { ["id"] = found.Id });
    }

    private static async Task DrainAsync(PatientStream body, CancellationToken cancel)
    {
        try
        {
            await body.CopyToAsync(Stream.Null, cancel);
        }
        catch (ApiStatusException)
        {
            // Who has fallen silent is told the first reason, not this one.
        }
    }

    private IImageStore Store => images ?? throw new ApiStatusException(ApiStatus.BadRequest(
        $"node {node} runs pods as processes of its machine, where an image is only a label: there is nothing to import, list or remove. "
        + "Images need a cluster that runs containers, in a home of its own: pelago up --runtime containerd --home DIR"));

    private static string? Asked(HttpContext http, string name) => http.Request.Query[name].FirstOrDefault() is { Length: > 0 } value ? value : null;

    private static ApiStatusException Nameless() => new(ApiStatus.BadRequest("the query parameter image is missing: which image is meant?"));

    private ApiStatus NotHere(string image) => new() { Code = 404, Reason = StatusReason.NotFound, Message = $"image \"{image}\" is not on node {node}", Name = image };

    private static ApiStatus Refused(string message) => new() { Code = 409, Reason = StatusReason.Conflict, Message = message };

    private static JsonObject DocumentOf(ImageStatus image, ImageUse use) => new()
    {
        ["id"] = image.Id, ["names"] = Texts(image.Names), ["digests"] = Texts(image.Digests), ["sizeBytes"] = (long)image.Size,
        ["usedBy"] = Texts(use.Of(image)), ["pinned"] = image.Pinned,
    };

    private static JsonArray Texts(IEnumerable<string> texts) => [.. texts.Select(text => JsonValue.Create(text))];
}
