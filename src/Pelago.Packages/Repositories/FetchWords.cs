// SPDX-License-Identifier: Apache-2.0

using System.IO;
using System.Net.Http;
using System.Net.Sockets;

namespace Pelago.Packages.Repositories;

/// <summary>Why a repository was not received, for whoever typed its address: what the library says of it speaks of inner exceptions.</summary>
internal static class FetchWords
{
    public static string Of(Exception fault, string uri) => fault switch
    {
        HttpRequestException http when Uri.TryCreate(uri, UriKind.Absolute, out Uri? address) => OfRequest(http, address),
        HttpIOException => "its answer broke off: try again",
        InvalidDataException => "what it sends is not compressed as it says",
        UriFormatException => "that is no address",
        NotSupportedException => "it leads to an address that is neither at http:// nor at https://",
        UnauthorizedAccessException => $"this user may not read {Quoted(fault.Message) ?? "all of it"}",
        FileNotFoundException or DirectoryNotFoundException => $"{Quoted(fault.Message) ?? "a file of it"} is not there any more",
        _ => fault.Message,
    };

    private static string OfRequest(HttpRequestException fault, Uri address) => fault.HttpRequestError switch
    {
        HttpRequestError.NameResolutionError => $"there is no server {address.Host} in the DNS of this machine: look at how it is spelled, and at the network",
        HttpRequestError.ConnectionError => OfConnection(fault.InnerException as SocketException, address),
        HttpRequestError.SecureConnectionError => OfTls(fault.InnerException?.Message ?? "", address),
        HttpRequestError.ProxyTunnelError => "the proxy of this machine (https_proxy, http_proxy) does not let it through: no_proxy names what is asked without it",
        HttpRequestError.InvalidResponse or HttpRequestError.ResponseEnded => "its answer is no HTTP, or broke off: look at the address and its port",
        _ => $"it could not be asked: {fault.Message}",
    };

    private static string OfConnection(SocketException? fault, Uri address)
    {
        string why = fault?.SocketErrorCode switch
        {
            SocketError.ConnectionRefused => "nothing listens there",
            SocketError.HostUnreachable or SocketError.NetworkUnreachable => "no network leads there",
            SocketError.TimedOut => "it does not answer",
            _ => "no connection came about",
        };
        return $"{address.Host}:{address.Port}: {why}: look at the address and its port";
    }

    /// <summary>The library has the reason in its words alone, as names of flags.</summary>
    private static string OfTls(string words, Uri address)
    {
        if (words.Contains("NotTimeValid", StringComparison.Ordinal))
            return "its certificate is not valid at this time: it has run out, or the clock of this machine is wrong";
        if (words.Contains("NameMismatch", StringComparison.Ordinal))
            return $"its certificate is not for the name {address.Host}: take the name that it is for";
        if (words.Contains("chain", StringComparison.OrdinalIgnoreCase))
            return "its certificate is signed by nobody whom this machine trusts: put that of its authority into /usr/local/share/ca-certificates and run update-ca-certificates";
        return words.Contains("frame", StringComparison.Ordinal) || words.Contains("packet format", StringComparison.Ordinal)
            ? $"{address.Host}:{address.Port} does not speak TLS: with http:// instead of https:// it may answer"
            : "no secure connection (TLS) with it came about: look at the address and its port";
    }

    /// <summary>The path that a message of the library names.</summary>
    private static string? Quoted(string message)
    {
        int first = message.IndexOf('\'', StringComparison.Ordinal), last = message.LastIndexOf('\'');
        return last > first + 1 ? message[(first + 1)..last] : null;
    }
}
