// SPDX-License-Identifier: Apache-2.0

using System.IO.Enumeration;
using Pelago.Node.Runtimes;

namespace Pelago.Node.Images;

/// <summary>
/// Which credentials are for the registry of an image, the most particular first (kubernetes pkg/credentialprovider keyring.go). All others stay here:
/// nobody hears of an account at somebody else's registry.
/// </summary>
internal static class ImageKeyring
{
    private const string DockerHost = "docker.io";

    /// <param name="reference">A whole reference: <c>registry.example.com:5000/team/app:1</c>.</param>
    public static IReadOnlyList<ImageCredentials> For(string reference, IEnumerable<ImageCredentials> credentials)
    {
        (string Host, string Path) image = PlaceOf(reference);
        return
        [
            .. credentials.Select(credential => (Credential: credential, Place: PlaceOf(WithoutScheme(credential.Server))))
                .Where(entry => IsHost(entry.Place.Host, image.Host) && image.Path.StartsWith(entry.Place.Path, StringComparison.Ordinal))
                .OrderByDescending(entry => entry.Place.Path.Length).ThenByDescending(entry => entry.Place.Host.Length)
                .Select(entry => entry.Credential),
        ];
    }

    /// <summary>Host with port, and the path without its slash: what is before the first one is a host here, whatever it looks like.</summary>
    private static (string Host, string Path) PlaceOf(string text)
    {
        int slash = text.IndexOf('/', StringComparison.Ordinal);
        string host = slash < 0 ? text : text[..slash];
        return (host is "index.docker.io" or "registry-1.docker.io" ? DockerHost : host, slash < 0 ? "" : text[(slash + 1)..]);
    }

    /// <summary>Accounts are noted for a host, for an address, or for the address of an API: <c>https://index.docker.io/v1/</c>.</summary>
    private static string WithoutScheme(string server)
    {
        int scheme = server.IndexOf("://", StringComparison.Ordinal);
        string plain = scheme < 0 ? server : server[(scheme + 3)..];
        int slash = plain.IndexOf('/', StringComparison.Ordinal);
        if (slash < 0)
            return plain;
        string path = plain[slash..];
        bool isApi = path is "/v1" or "/v2" || path.StartsWith("/v1/", StringComparison.Ordinal) || path.StartsWith("/v2/", StringComparison.Ordinal);
        return plain[..slash] + (isApi ? path[3..] : path);
    }

    /// <summary>A star stands for letters of one label: <c>*.example.com</c> is not <c>a.b.example.com</c>.</summary>
    private static bool IsHost(string pattern, string host)
    {
        string[] patterns = pattern.Split('.'), labels = host.Split('.');
        return patterns.Length == labels.Length && PortOf(pattern) == PortOf(host)
            && patterns.Zip(labels).All(pair => FileSystemName.MatchesSimpleExpression(pair.First, pair.Second, ignoreCase: true));
    }

    private static string PortOf(string host)
    {
        int colon = host.LastIndexOf(':');
        return colon < 0 ? "" : host[colon..];
    }
}
