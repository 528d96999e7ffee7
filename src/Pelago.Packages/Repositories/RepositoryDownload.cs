// SPDX-License-Identifier: Apache-2.0

using System.IO;
using System.Net;
using System.Net.Http;
using System.Net.Http.Headers;
using Pelago.Client.Local;
using Pelago.Packages.Format;

namespace Pelago.Packages.Repositories;

/// <summary>Gets the bytes of documents, from files and from HTTP servers, within bounds.</summary>
internal sealed class RepositoryDownload : IDisposable
{
    /// <summary>To any server, and never from https to http: whoever is on the way could send what they like there.</summary>
    private const int MostRedirects = 5;

    private const string Accept = "application/vnd.dcos.universe.repo+json;charset=utf-8;version=";

    private readonly HttpClient _http = new(new SocketsHttpHandler
    {
        AutomaticDecompression = DecompressionMethods.All, ConnectTimeout = TimeSpan.FromSeconds(10), MaxAutomaticRedirections = MostRedirects, MaxResponseHeadersLength = 64,
    })
    {
        Timeout = Timeout.InfiniteTimeSpan,
    };

    /// <summary>The bytes; null when they are those that the tag stands for.</summary>
    public async Task<(byte[]? Bytes, string? Tag)> GetAsync(string uri, string? tag, int most, CancellationToken cancel)
    {
        if (!RepositoryEntry.IsHttp(uri))
            return (ReadFile(uri, most), null);
        using var request = new HttpRequestMessage(HttpMethod.Get, uri);
        foreach (string version in (string[])["v5", "v4", "v3"])
            request.Headers.TryAddWithoutValidation("Accept", Accept + version);
        request.Headers.TryAddWithoutValidation("Accept", "application/json");
        // Servers of the Universe choose by the version that is said here.
        request.Headers.TryAddWithoutValidation("User-Agent", "pelago cosmos/0.6.3 dcos/2.2");
        if (tag is not null && EntityTagHeaderValue.TryParse(tag, out EntityTagHeaderValue? known))
            request.Headers.IfNoneMatch.Add(known);
        using HttpResponseMessage answer = await _http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancel);
        // Only to whoever said what is known already; to all others it is no answer.
        if (answer.StatusCode == HttpStatusCode.NotModified && request.Headers.IfNoneMatch.Count > 0)
            return (null, tag);
        if (!answer.IsSuccessStatusCode)
            throw new RepositoryException($"it answered {(int)answer.StatusCode} {answer.ReasonPhrase}{WhereItLed(new Uri(uri), answer)}") { HttpStatus = (int)answer.StatusCode };
        if (answer.Content.Headers.ContentLength > most)
            throw new RepositoryException($"it sends {answer.Content.Headers.ContentLength} bytes, at most {most} are read");
        return (await ReadBoundedAsync(answer, most, cancel), answer.Headers.ETag?.ToString());
    }

    public void Dispose() => _http.Dispose();

    private static async Task<byte[]> ReadBoundedAsync(HttpResponseMessage answer, int most, CancellationToken cancel)
    {
        await using Stream body = await answer.Content.ReadAsStreamAsync(cancel);
        using var bytes = new MemoryStream();
        byte[] buffer = new byte[81920];
        bool begun = false;
        for (int read = await body.ReadAsync(buffer, cancel); read > 0; read = await body.ReadAsync(buffer, cancel))
        {
            bytes.Write(buffer, 0, read);
            if (bytes.Length > most)
                throw new RepositoryException($"it sends more than {most} bytes");
            // What does not begin as a document need not be received to its end.
            ReadOnlySpan<byte> start = buffer.AsSpan(0, read).TrimStart(" \t\r\n"u8);
            if (!begun && !start.IsEmpty && start[0] != '{')
                throw new RepositoryException("what it sends is no JSON document");
            begun |= !start.IsEmpty;
        }

        return bytes.ToArray();
    }

    /// <summary>Where redirects led before it answered so, and why one more was not followed; empty where there were none.</summary>
    internal static string WhereItLed(Uri asked, HttpResponseMessage answer)
    {
        Uri at = answer.RequestMessage?.RequestUri ?? asked;
        string led = at == asked ? "" : $" at {at}, where it led to";
        if ((int)answer.StatusCode is < 300 or >= 400 || answer.Headers.Location is not { } location || !Uri.TryCreate(at, location, out Uri? next))
            return led;
        if (next.Scheme is not ("http" or "https"))
            return $"{led} and leads to {next}, which is not followed: a repository is at http:// or https://";
        return at.Scheme == "https" && next.Scheme == "http"
            ? $"{led} and leads to {next}, which is not followed from https: take that address if you trust all who are on the way to it"
            : $"{led} and leads to {next}, which is not followed after {MostRedirects} others: ask whoever keeps it for its address";
    }

    private static byte[] ReadFile(string path, int most)
    {
        int scheme = path.IndexOf("://", StringComparison.Ordinal);
        bool isFile = path.StartsWith("file://", StringComparison.Ordinal);
        if (scheme > 0 && !isFile)
            throw new RepositoryException(path[..scheme] is "http" or "https" ? "that is no address" : $"{path[..scheme]}:// is not served: a repository is a folder or a file here, or at http:// or https://");
        string file = isFile ? new Uri(path).LocalPath : path;
        if (!File.Exists(file))
            throw new RepositoryException($"there is no file {file}");
        // Who opens a pipe waits until somebody writes, and a device may have no end.
        if (!UnixFile.IsPlain(file))
            throw new RepositoryException($"{file} is no regular file, but a pipe or a device");
        return BoundedFile.Read(file, most) ?? throw new RepositoryException($"it has more than {most} bytes, which is as many as are read");
    }
}
