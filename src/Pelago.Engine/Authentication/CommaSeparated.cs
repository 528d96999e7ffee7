// SPDX-License-Identifier: Apache-2.0

using System.Text;

namespace Pelago.Engine.Authentication;

/// <summary>One line of RFC 4180: fields with commas are in double quotes, a quote inside is doubled.</summary>
internal static class CommaSeparated
{
    public static List<string> Split(string line)
    {
        var fields = new List<string>();
        var field = new StringBuilder();
        bool quoted = false;
        for (int i = 0; i < line.Length; i++)
        {
            char c = line[i];
            bool doubled = quoted && c == '"' && i + 1 < line.Length && line[i + 1] == '"';
            if (doubled)
                i++;
            if (c == '"' && !doubled)
            {
                quoted = !quoted;
            }
            else if (c == ',' && !quoted)
            {
                fields.Add(field.ToString().Trim());
                field.Clear();
            }
            else
            {
                field.Append(c);
            }
        }

        fields.Add(field.ToString().Trim());
        return fields;
    }
}
