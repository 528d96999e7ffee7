// SPDX-License-Identifier: Apache-2.0

using System.Buffers.Binary;
using System.Text;

namespace Pelago.Node.Serving.Spdy;

/// <summary>What both sides' header compression starts with, so that the first block is short too: a constant of SPDY/3 (1,423 bytes, Adler-32 e3c6a7c2).</summary>
internal static class HeaderDictionary
{
    /// <summary>The Adler-32 sum by which a zlib stream names the dictionary that it was made with.</summary>
    public const uint Id = 0xe3c6a7c2;

    // Each with its length before it, four bytes.
    private const string Words =
        "options|head|post|put|delete|trace|accept|accept-charset|accept-encoding|accept-language|accept-ranges|age|allow|authorization|cache-control|"
        + "connection|content-base|content-encoding|content-language|content-length|content-location|content-md5|content-range|content-type|date|etag|"
        + "expect|expires|from|host|if-match|if-modified-since|if-none-match|if-range|if-unmodified-since|last-modified|location|max-forwards|pragma|"
        + "proxy-authenticate|proxy-authorization|range|referer|retry-after|server|te|trailer|transfer-encoding|upgrade|user-agent|vary|via|warning|"
        + "www-authenticate|method|get|status|200 OK|version|HTTP/1.1|url|public|set-cookie|keep-alive|origin";

    // Without lengths, one after the other.
    private const string Tail =
        "100101201202205206300302303304305306307402405406407408409410411412413414415416417502504505"
        + "203 Non-Authoritative Information204 No Content301 Moved Permanently400 Bad Request401 Unauthorized403 Forbidden404 Not Found"
        + "500 Internal Server Error501 Not Implemented503 Service Unavailable"
        + "Jan Feb Mar Apr May Jun Jul Aug Sept Oct Nov Dec 00:00:00 Mon, Tue, Wed, Thu, Fri, Sat, Sun, GMT"
        + "chunked,text/html,image/png,image/jpg,image/gif,application/xml,application/xhtml+xml,text/plain,text/javascript,public"
        + "privatemax-age=gzip,deflate,sdchcharset=utf-8charset=iso-8859-1,utf-,*,enq=0.";

    public static ReadOnlyMemory<byte> Bytes { get; } = Make();

    private static byte[] Make()
    {
        var all = new List<byte>(1423);
        byte[] length = new byte[4];
        foreach (string word in Words.Split('|'))
        {
            BinaryPrimitives.WriteInt32BigEndian(length, word.Length);
            all.AddRange(length);
            all.AddRange(Encoding.ASCII.GetBytes(word));
        }
        all.AddRange(Encoding.ASCII.GetBytes(Tail));
        return [.. all];
    }
}
