// SPDX-License-Identifier: Apache-2.0

using System.IO;
using Microsoft.AspNetCore.Http;
using Pelago.Kube;

namespace Pelago.Hub.Page.Files;

/// <summary>
/// The built page from its directory. Links outside of <c>assets</c> that name no file are addresses within the page. Files are looked up when they are asked
/// for, so a page that is built anew is served without a restart.
/// </summary>
internal sealed class PageFiles(string? directory)
{
    private const string Assets = "/assets/";
    private const string ForEver = "public, max-age=31536000, immutable";
    private static readonly (string Coding, string Suffix)[] Codings = [("br", ".br"), ("gzip", ".gz")];
    private readonly string? _root = directory is null ? null : Path.TrimEndingDirectorySeparator(Path.GetFullPath(directory)) + Path.DirectorySeparatorChar;

    public async Task ServeAsync(HttpContext http)
    {
        if (!HttpMethods.IsGet(http.Request.Method) && !HttpMethods.IsHead(http.Request.Method))
            throw new ApiStatusException(ApiStatus.MethodNotAllowed());
        string path = http.Request.Path.Value ?? "/";
        string? file = FileOf(path);
        bool isAsset = path.StartsWith(Assets, StringComparison.Ordinal);
        if (file is null && isAsset)
            throw new ApiStatusException(ApiStatus.NoSuchPath());
        file ??= FileOf("/index.html");
        if (file is null)
            await MissingPage.ServeAsync(http);
        else
            await SendAsync(http, file, isAsset ? ForEver : "no-cache");
    }

    /// <summary>The file that a path names; null where it names none of the page.</summary>
    private string? FileOf(string path)
    {
        if (_root is null || path.Contains('\0') || path.Contains('\\') || path.EndsWith('/'))
            return null;
        string file = Path.GetFullPath(_root + path.TrimStart('/'));

        // A link in the directory may lead out of it: whoever builds the page makes none.
        return file.StartsWith(_root, StringComparison.Ordinal) && new FileInfo(file) is { Exists: true, LinkTarget: null } ? file : null;
    }

    private static async Task SendAsync(HttpContext http, string file, string caching)
    {
        HttpResponse response = http.Response;
        response.ContentType = ContentTypes.Of(file);
        response.Headers.CacheControl = caching;
        response.Headers.Vary = "Accept-Encoding";
        string served = file;
        foreach ((string coding, string suffix) in Codings)
        {
            if (!Takes(http.Request, coding) || !File.Exists(file + suffix))
                continue;
            response.Headers.ContentEncoding = coding;
            served = file + suffix;
            break;
        }
        var info = new FileInfo(served);
        string tag = $"\"{info.LastWriteTimeUtc.Ticks:x}-{info.Length:x}{(served == file ? "" : Path.GetExtension(served))}\"";
        response.Headers.ETag = tag;
        if (http.Request.Headers.IfNoneMatch.Any(known => known?.Contains(tag, StringComparison.Ordinal) == true))
        {
            response.StatusCode = StatusCodes.Status304NotModified;
            return;
        }
        response.ContentLength = info.Length;
        if (HttpMethods.IsGet(http.Request.Method))
            await response.SendFileAsync(served, 0, info.Length, http.RequestAborted);
    }

    private static bool Takes(HttpRequest request, string coding) => request.Headers.AcceptEncoding
        .SelectMany(line => (line ?? "").Split(',', StringSplitOptions.TrimEntries))
        .Any(item => item == coding || (item.StartsWith(coding + ";", StringComparison.Ordinal) && !item.Contains("q=0", StringComparison.Ordinal)));
}
