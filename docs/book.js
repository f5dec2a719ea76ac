// The docs link to the code as it stands beside them. From target/book in a clone that is one folder
// further up; anywhere else there is no code, and the link becomes text.
"use strict";
for (const link of document.querySelectorAll(`main a[href^="${path_to_root}../"]`)) {
  if (location.protocol === "file:") {
    // The book takes a link to Markdown for one to a page of its own.
    const path = link.getAttribute("href").replace(/\.html(?=#|$)/, ".md");
    link.setAttribute("href", "../" + path);
  } else {
    link.replaceWith(...link.childNodes);
  }
}
