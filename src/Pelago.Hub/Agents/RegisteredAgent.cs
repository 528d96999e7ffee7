// SPDX-License-Identifier: Apache-2.0

using System.Net;
using System.Net.Http;
using System.Net.Security;
using Pelago.Kube;

namespace Pelago.Hub.Agents;

/// <summary>The agent of a node as it registered itself: where it is, and the one certificate by which it is known.</summary>
internal sealed class RegisteredAgent : IDisposable
{
    private static readonly TimeSpan ConnectTimeout = TimeSpan.FromSeconds(10);

    public RegisteredAgent(string node, IPEndPoint address, byte[] certificate, string version, DateTimeOffset since)
    {
        (Node, Address, Certificate, Version, Since) = (node, address, certificate, version, since);
        Invoker = new HttpMessageInvoker(new SocketsHttpHandler
        {
            UseProxy = false, UseCookies = false, AllowAutoRedirect = false, AutomaticDecompression = DecompressionMethods.None,
            ActivityHeadersPropagator = null, ConnectTimeout = ConnectTimeout,
            SslOptions = new SslClientAuthenticationOptions
            {
                TargetHost = NodeApi.Agent,

                // It is the very certificate or none: no authority signs for agents, and a name would say nothing more.
                RemoteCertificateValidationCallback = (_, shown, _, _) => shown is not null && shown.GetRawCertData().AsSpan().SequenceEqual(Certificate),
            },
        });
    }

    public string Node { get; }
    public IPEndPoint Address { get; }
    public byte[] Certificate { get; }
    public string Version { get; }

    /// <summary>When it came with this certificate first, as far as this hub knows.</summary>
    public DateTimeOffset Since { get; }

    public HttpMessageInvoker Invoker { get; }

    public string Prefix => $"https://{Address}";

    public bool IsSame(IPEndPoint address, byte[] certificate, string version) =>
        Address.Equals(address) && Certificate.AsSpan().SequenceEqual(certificate) && Version == version;

    public void Dispose() => Invoker.Dispose();
}
