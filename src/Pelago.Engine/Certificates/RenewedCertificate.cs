// SPDX-License-Identifier: Apache-2.0

using System.Security.Cryptography.X509Certificates;

namespace Pelago.Engine.Certificates;

/// <summary>A leaf that is replaced before it expires. Certificates handed out earlier stay usable objects.</summary>
internal sealed class RenewedCertificate(CertificateStore files, string name, X509Certificate2 authority, CertificateSubject subject) : IDisposable
{
    private X509Certificate2? _current;

    public string Name => name;

    /// <summary>Loaded or issued on first use.</summary>
    public X509Certificate2 Current => Volatile.Read(ref _current) ?? (_current = files.LoadOrIssue(name, authority, subject));

    /// <summary>One that nobody asked for is not made for that: its authority may be gone.</summary>
    public void Dispose() => Volatile.Read(ref _current)?.Dispose();

    /// <summary>True when a new certificate took the place of one that is about to expire.</summary>
    public bool Renew()
    {
        if (!files.IsExpiring(Current))
            return false;
        Volatile.Write(ref _current, files.LoadOrIssue(name, authority, subject));
        return true;
    }
}
