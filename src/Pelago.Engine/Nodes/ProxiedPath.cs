// SPDX-License-Identifier: Apache-2.0

using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace Pelago.Engine.Nodes;

/// <summary>
/// What of a request's path is for whom it is handed on to, escaped as it came: <c>a%2520b</c> and <c>a%2Fb</c> are theirs to read. The server decides by the
/// path that it has decoded once and whose dot segments it has resolved, so here they are resolved too, and both are cut after the same segment.
/// </summary>
internal static class ProxiedPath
{
    /// <param name="rest">The end of the decoded path that is for them: empty, or with its slash first.</param>
    public static string Of(HttpContext http, string rest)
    {
        if (rest.Length == 0)
            return "/";
        string decoded = http.Request.Path.Value ?? "";
        string raw = http.Features.Get<IHttpRequestFeature>()?.RawTarget.Split('?')[0] ?? "";

        // A client may name the server in it (RFC 9112 3.2.2), and then the server reads it by other rules.
        if (!raw.StartsWith('/') || !decoded.EndsWith(rest, StringComparison.Ordinal))
            return new PathString(rest).ToUriComponent();
        List<string> segments = Resolved(raw);
        if (segments.Count != decoded.AsSpan().Count('/'))
            return new PathString(rest).ToUriComponent();
        IEnumerable<string> own = segments.Skip(segments.Count - rest.AsSpan().Count('/'));

        // In a URL a backslash would be read as a slash, and a hash as the path's end.
        return "/" + string.Join('/', own).Replace("\\", "%5C", StringComparison.Ordinal).Replace("#", "%23", StringComparison.Ordinal);
    }

    /// <summary>The segments of a path without those that go up or nowhere (RFC 3986 5.2.4), escaped or not.</summary>
    private static List<string> Resolved(string path)
    {
        string[] all = path[1..].Split('/');
        var segments = new List<string>(all.Length);
        for (int i = 0; i < all.Length; i++)
        {
            string name = all[i].Length <= "%2e%2e".Length ? Uri.UnescapeDataString(all[i]) : all[i];
            if (name is not ("." or ".."))
            {
                segments.Add(all[i]);
                continue;
            }
            if (name == ".." && segments.Count > 0)
                segments.RemoveAt(segments.Count - 1);
            if (i == all.Length - 1)
                segments.Add("");
        }
        return segments;
    }
}
