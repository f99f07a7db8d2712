namespace Zepto.Http.Protocol;

/// <summary>Methods this server knows (RFC 9110, section 9). Names are case-sensitive.</summary>
public enum RequestMethod : byte
{
    Unknown,
    Get,
    Head,
    Post,
    Put,
    Delete,
    Options,
    Patch,
}
