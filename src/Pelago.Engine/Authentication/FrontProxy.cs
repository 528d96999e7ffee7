// SPDX-License-Identifier: Apache-2.0

using System.Runtime.CompilerServices;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Primitives;
using Pelago.Engine.Certificates;
using Pelago.Engine.Requests;

namespace Pelago.Engine.Authentication;

/// <summary>
/// Users by X-Remote headers, believed only on connections that show a certificate of the front-proxy authority with the one allowed
/// name (apiserver pkg/authentication/request/headerrequest).
/// </summary>
internal sealed class FrontProxy(X509Certificate2 authority, TimeProvider time)
{
    public const string UserHeader = "X-Remote-User";
    public const string GroupHeader = "X-Remote-Group";
    public const string UidHeader = "X-Remote-Uid";
    public const string ExtraPrefix = "X-Remote-Extra-";

    private readonly CertificateVerifier _verifier = new(authority, time);
    private readonly ConditionalWeakTable<X509Certificate2, object> _trusted = [];

    public AuthenticationResult Authenticate(X509Certificate2 certificate, IHeaderDictionary headers)
    {
        string user = headers[UserHeader].ToString();
        if (user.Length == 0 || !IsProxy(certificate))
            return AuthenticationResult.NoCredential;
        var extra = new Dictionary<string, IReadOnlyList<string>>();
        foreach ((string header, StringValues values) in headers)
        {
            if (header.StartsWith(ExtraPrefix, StringComparison.OrdinalIgnoreCase))
                extra[HeaderKey.Decode(header[ExtraPrefix.Length..])] = Texts(values);
        }

        var remote = new UserInfo(user, headers[UidHeader].ToString(), Texts(headers[GroupHeader]), extra);
        return AuthenticationResult.Of(StandardGroups.WithAuthenticated(remote));
    }

    /// <summary>Nobody behind authentication may see these headers, believed or not.</summary>
    public static void Strip(IHeaderDictionary headers)
    {
        List<string>? found = null;
        foreach ((string header, StringValues _) in headers)
        {
            if (header.StartsWith("X-Remote-", StringComparison.OrdinalIgnoreCase))
                (found ??= []).Add(header);
        }

        foreach (string header in found ?? [])
            headers.Remove(header);
    }

    private static string[] Texts(StringValues values) => [.. values.OfType<string>().Where(value => value.Length > 0)];

    private bool IsProxy(X509Certificate2 certificate)
    {
        if (_trusted.TryGetValue(certificate, out _))
            return time.GetUtcNow() <= new DateTimeOffset(certificate.NotAfter);
        try
        {
            if (!_verifier.IsTrusted(certificate) || CertificateUser.Read(certificate.SubjectName).CommonName != ClusterPki.FrontProxyClientName)
                return false;
        }
        catch (CryptographicException)
        {
            return false;
        }

        _trusted.AddOrUpdate(certificate, certificate.SubjectName);
        return true;
    }
}
