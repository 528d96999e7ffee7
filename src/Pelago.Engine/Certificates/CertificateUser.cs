// SPDX-License-Identifier: Apache-2.0

using System.Formats.Asn1;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Pelago.Engine.Certificates;

/// <summary>The parts of a certificate's subject that Kubernetes reads: CN is the user, each O a group. The last CN counts, as with Go's parser.</summary>
internal readonly record struct CertificateUser(string CommonName, IReadOnlyList<string> Organizations)
{
    private const string CommonNameId = "2.5.4.3";
    private const string OrganizationId = "2.5.4.10";

    /// <summary>A name that is not proper DER is a <see cref="CryptographicException"/>.</summary>
    public static CertificateUser Read(X500DistinguishedName subject)
    {
        try
        {
            string commonName = "";
            var organizations = new List<string>();
            AsnReader names = new AsnReader(subject.RawData, AsnEncodingRules.DER).ReadSequence();
            while (names.HasData)
            {
                AsnReader set = names.ReadSetOf(skipSortOrderValidation: true);
                while (set.HasData)
                {
                    AsnReader pair = set.ReadSequence();
                    string id = pair.ReadObjectIdentifier();
                    if (id == CommonNameId)
                        commonName = ReadText(pair);
                    else if (id == OrganizationId)
                        organizations.Add(ReadText(pair));
                }
            }

            return new CertificateUser(commonName, organizations);
        }
        catch (AsnContentException fault)
        {
            throw new CryptographicException("the subject of the certificate cannot be read", fault);
        }
    }

    private static string ReadText(AsnReader pair) => pair.ReadCharacterString((UniversalTagNumber)pair.PeekTag().TagValue);
}
