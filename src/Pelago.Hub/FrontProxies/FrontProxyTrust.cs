// SPDX-License-Identifier: Apache-2.0

using System.Security.Cryptography.X509Certificates;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Primitives;
using Pelago.Client;

namespace Pelago.Hub.FrontProxies;

/// <summary>
/// Who is believed when he says for which user he asks: whoever shows a client certificate of the front proxy's authority, with one of the allowed names
/// (apiserver pkg/authentication/request/headerrequest). Immutable.
/// </summary>
internal sealed record FrontProxyTrust
{
    private const string ClientUsage = "1.3.6.1.5.5.7.3.2";

    // Whatever is configured here, the next one may believe the usual names.
    private const string UsualPrefix = "X-Remote-";

    public required X509Certificate2Collection Authorities { get; init; }

    /// <summary>Common names; none: any.</summary>
    public IReadOnlyList<string> AllowedNames { get; init; } = [];
    public IReadOnlyList<string> UserHeaders { get; init; } = [];
    public IReadOnlyList<string> UidHeaders { get; init; } = [];
    public IReadOnlyList<string> GroupHeaders { get; init; } = [];
    public IReadOnlyList<string> ExtraPrefixes { get; init; } = [];

    /// <summary>The user that is asked for; null when who asks is not believed, or names nobody.</summary>
    public ReviewedUser? UserOf(X509Certificate2? certificate, IHeaderDictionary headers)
    {
        if (certificate is null || !IsProxy(certificate))
            return null;
        string? name = First(UserHeaders, headers);
        if (name is null)
            return null;
        var extra = new Dictionary<string, IReadOnlyList<string>>(StringComparer.Ordinal);
        foreach ((string header, StringValues values) in headers)
        {
            if (ExtraPrefixes.FirstOrDefault(prefix => header.StartsWith(prefix, StringComparison.OrdinalIgnoreCase)) is { } prefix)
                extra[Uri.UnescapeDataString(header[prefix.Length..]).ToLowerInvariant()] = Texts(values);
        }
        return new ReviewedUser(name) { Uid = First(UidHeaders, headers) ?? "", Groups = [.. GroupHeaders.SelectMany(header => Texts(headers[header]))], Extra = extra };
    }

    /// <summary>Headers by which somebody could pass for another user, for whoever is asked next.</summary>
    public bool Speaks(string header) =>
        header.StartsWith(UsualPrefix, StringComparison.OrdinalIgnoreCase)
        || UserHeaders.Concat(UidHeaders).Concat(GroupHeaders).Contains(header, StringComparer.OrdinalIgnoreCase) || ExtraPrefixes.Any(prefix => header.StartsWith(prefix, StringComparison.OrdinalIgnoreCase));

    private bool IsProxy(X509Certificate2 certificate)
    {
        using var chain = new X509Chain();
        chain.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
        chain.ChainPolicy.CustomTrustStore.AddRange(Authorities);
        chain.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
        chain.ChainPolicy.DisableCertificateDownloads = true;
        chain.ChainPolicy.ApplicationPolicy.Add(new System.Security.Cryptography.Oid(ClientUsage));
        return chain.Build(certificate) && (AllowedNames.Count == 0 || AllowedNames.Contains(certificate.GetNameInfo(X509NameType.SimpleName, forIssuer: false), StringComparer.Ordinal));
    }

    private static string? First(IReadOnlyList<string> names, IHeaderDictionary headers) =>
        names.Select(header => headers[header].ToString()).FirstOrDefault(value => value.Length > 0);

    private static string[] Texts(StringValues values) => [.. values.OfType<string>().Where(value => value.Length > 0)];
}
